using System.Diagnostics;
using Slerp.Benchmarks.Measuring;
using TorchSharp;

namespace Slerp.Benchmarks.TorchSharp;

/// <summary>How fast a device multiplies square BF16 matrices. Units: 10^12 operations a second, a multiplication and an addition being two.</summary>
internal sealed class DeviceProductCeiling : IMemoryCeiling
{
    private readonly OpenDevice _device;
    private readonly int _size;
    private readonly torch.Tensor _left;
    private readonly torch.Tensor _right;

    /// <summary>Makes the matrices and multiplies once.</summary>
    public DeviceProductCeiling(string backend)
    {
        _device = OpenDevice.Of(backend);
        _size = _device.IsCuda ? 8192 : 512;
        _left = torch.ones(_size, _size, dtype: torch.ScalarType.BFloat16, device: _device.Device);
        _right = torch.ones(_size, _size, dtype: torch.ScalarType.BFloat16, device: _device.Device);
        Measure();
    }

    /// <inheritdoc />
    public double Measure()
    {
        const int products = 10;
        _device.Synchronize();
        var began = Stopwatch.GetTimestamp();
        for (var product = 0; product < products; product++)
        {
            _left.mm(_right).Dispose();
        }

        _device.Synchronize();
        return 2.0 * _size * _size * _size * products / Stopwatch.GetElapsedTime(began).TotalSeconds / 1e12;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }
}
