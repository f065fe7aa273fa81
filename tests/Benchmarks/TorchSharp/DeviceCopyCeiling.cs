using System.Diagnostics;
using Slerp.Benchmarks.Measuring;
using TorchSharp;

namespace Slerp.Benchmarks.TorchSharp;

/// <summary>How fast a device copies memory to itself. Units: 10^9 bytes a second, read and written.</summary>
internal sealed class DeviceCopyCeiling : IMemoryCeiling
{
    private const long Bytes = 1L << 30;
    private const int Copies = 20;

    private readonly OpenDevice _device;
    private readonly torch.Tensor _from;
    private readonly torch.Tensor _to;

    /// <summary>Takes two blocks of 1 GiB and copies once.</summary>
    public DeviceCopyCeiling(string backend)
    {
        _device = OpenDevice.Of(backend);
        _from = torch.zeros(Bytes / 4, dtype: torch.ScalarType.Float32, device: _device.Device);
        _to = torch.empty(Bytes / 4, dtype: torch.ScalarType.Float32, device: _device.Device);
        Measure();
    }

    /// <inheritdoc />
    public double Measure()
    {
        _device.Synchronize();
        var began = Stopwatch.GetTimestamp();
        for (var copy = 0; copy < Copies; copy++)
        {
            _to.copy_(_from);
        }

        _device.Synchronize();
        return 2.0 * Bytes * Copies / Stopwatch.GetElapsedTime(began).TotalSeconds / 1e9;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _from.Dispose();
        _to.Dispose();
    }
}
