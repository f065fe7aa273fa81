using Slerp.Engine.TorchSharp;
using TorchSharp;

namespace Slerp.Benchmarks.TorchSharp;

/// <summary>A device by its backend's name.</summary>
internal sealed record OpenDevice(torch.Device Device, bool IsCuda)
{
    /// <summary>Opens it.</summary>
    public static OpenDevice Of(string backend) => DeviceName.TryParse(backend, out var name)
        ? new OpenDevice(TorchLibrary.Open(name), name.IsCuda)
        : throw new ArgumentException($"Backend '{backend}' is not one of TorchSharp's.", nameof(backend));

    /// <summary>Waits for it.</summary>
    public void Synchronize()
    {
        if (IsCuda)
        {
            torch.cuda.synchronize(Device);
        }
    }
}
