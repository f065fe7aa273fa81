using System.Globalization;

namespace Slerp.Engine.TorchSharp;

/// <summary>A device as configuration names it.</summary>
/// <param name="IsCuda">Whether it is a CUDA device; otherwise libtorch's own CPU device.</param>
/// <param name="Index">Which CUDA device, counted from 0.</param>
internal readonly record struct DeviceName(bool IsCuda, int Index)
{
    private const string Cpu = "torch-cpu";
    private const string Cuda = "cuda";

    /// <summary>Reads "torch-cpu", "cuda" or "cuda:N".</summary>
    public static bool TryParse(string text, out DeviceName name)
    {
        name = default;
        if (text == Cpu)
        {
            return true;
        }

        if (text == Cuda)
        {
            name = new DeviceName(IsCuda: true, 0);
            return true;
        }

        if (text.StartsWith(Cuda + ":", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(Cuda.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            name = new DeviceName(IsCuda: true, index);
            return true;
        }

        return false;
    }

    /// <inheritdoc />
    public override string ToString() => IsCuda ? string.Create(CultureInfo.InvariantCulture, $"{Cuda}:{Index}") : Cpu;
}
