using System.Runtime.InteropServices;
using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <summary>Carries values between the host and the device.</summary>
/// <remarks>
/// To a CUDA device they go by way of page-locked memory, in the device's own order and without waiting; libtorch keeps that memory from being used again
/// until the copy is done. What comes back is waited for.
/// </remarks>
internal sealed class HostTransfer(torch.Device device)
{
    private readonly bool _isCuda = device.type == DeviceType.CUDA;
    private long[] _wide = new long[64];

    /// <summary>A tensor on the device with these values. Belongs to the open dispose scope.</summary>
    public torch.Tensor Upload<T>(ReadOnlySpan<T> values, torch.ScalarType type, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        var host = torch.empty(shape, dtype: type, device: torch.CPU);
        MemoryMarshal.AsBytes(values).CopyTo(host.bytes);
        return _isCuda ? host.pin_memory().to(device, non_blocking: true) : host;
    }

    /// <summary>Row numbers on the device, as 64-bit integers, which all index verbs of libtorch take.</summary>
    public torch.Tensor Indices(ReadOnlySpan<int> values)
    {
        if (_wide.Length < values.Length)
        {
            _wide = new long[values.Length * 2];
        }

        for (var index = 0; index < values.Length; index++)
        {
            _wide[index] = values[index];
        }

        return Upload<long>(_wide.AsSpan(0, values.Length), torch.ScalarType.Int64, values.Length);
    }

    /// <summary>Copies all values of a tensor of that element type to the host, and waits.</summary>
    public static void Download<T>(torch.Tensor source, Span<T> destination)
        where T : unmanaged
    {
        using var host = source.contiguous().cpu();
        MemoryMarshal.Cast<byte, T>(host.bytes).CopyTo(destination);
    }
}
