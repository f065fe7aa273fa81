using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Slerp.Engine.Backends;

namespace Slerp.Engine.TorchSharp;

/// <summary>The NVIDIA driver, asked for what libtorch does not tell: which cards there are, and how much memory is free.</summary>
/// <remarks>The driver's own library is asked, because it bears one name wherever libtorch's runtime comes from. Thread-safe.</remarks>
internal sealed unsafe class CudaDriver
{
    private const int Success = 0;
    private const int MostNameBytes = 256;

    private readonly nint _library;
    private readonly int _version;
    private readonly int _initialised;

    private CudaDriver(nint library)
    {
        _library = library;
        var init = (delegate* unmanaged<uint, int>)Export("cuInit");
        _initialised = init is null ? -1 : init(0);
        int version;
        var ask = (delegate* unmanaged<int*, int>)Export("cuDriverGetVersion");
        _version = ask is not null && ask(&version) == Success ? version : 0;
    }

    /// <summary>Devices that this process may use.</summary>
    public int DeviceCount
    {
        get
        {
            int count;
            var ask = (delegate* unmanaged<int*, int>)Export("cuDeviceGetCount");
            return _initialised == Success && ask is not null && ask(&count) == Success ? count : 0;
        }
    }

    /// <summary>Opens the driver; null where there is none.</summary>
    public static CudaDriver? TryOpen() =>
        NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out var library) ? new CudaDriver(library) : null;

    /// <summary>What is there, for people.</summary>
    public static string Describe(CudaDriver? driver)
    {
        if (driver is null)
        {
            return "no NVIDIA driver";
        }

        var version = string.Create(CultureInfo.InvariantCulture, $"an NVIDIA driver for CUDA {driver._version / 1000}.{driver._version % 1000 / 10}");
        if (driver._initialised != Success)
        {
            return $"{version} that finds no usable device (cuInit returned {driver._initialised})";
        }

        var devices = Enumerable.Range(0, driver.DeviceCount).Select(index => $"cuda:{index} ({driver.NameOf(index)})");
        return driver.DeviceCount == 0 ? $"{version} and no device" : $"{version} and {string.Join(", ", devices)}";
    }

    /// <summary>The card's name.</summary>
    public string NameOf(int index)
    {
        int device;
        var name = stackalloc byte[MostNameBytes];
        var get = (delegate* unmanaged<int*, int, int>)Export("cuDeviceGet");
        var ask = (delegate* unmanaged<byte*, int, int, int>)Export("cuDeviceGetName");
        return get is not null && ask is not null && get(&device, index) == Success && ask(name, MostNameBytes, device) == Success
            ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name))
            : "unknown device";
    }

    /// <summary>Memory figures of a device, as cudaMemGetInfo gives them.</summary>
    /// <exception cref="DeviceException">The driver refuses.</exception>
    public DeviceMemory MemoryOf(int index)
    {
        int device;
        nint context;
        Check(((delegate* unmanaged<int*, int, int>)Required("cuDeviceGet"))(&device, index), "cuDeviceGet");
        Check(((delegate* unmanaged<nint*, int, int>)Required("cuDevicePrimaryCtxRetain"))(&context, device), "cuDevicePrimaryCtxRetain");
        try
        {
            Check(((delegate* unmanaged<nint, int>)Required("cuCtxPushCurrent_v2"))(context), "cuCtxPushCurrent");
            nuint free, total;
            var result = ((delegate* unmanaged<nuint*, nuint*, int>)Required("cuMemGetInfo_v2"))(&free, &total);
            nint popped;
            Check(((delegate* unmanaged<nint*, int>)Required("cuCtxPopCurrent_v2"))(&popped), "cuCtxPopCurrent");
            Check(result, "cuMemGetInfo");
            return new DeviceMemory((long)total, (long)free);
        }
        finally
        {
            ((delegate* unmanaged<int, int>)Required("cuDevicePrimaryCtxRelease_v2"))(device);
        }
    }

    private static void Check(int result, string call)
    {
        if (result != Success)
        {
            throw new DeviceException($"The NVIDIA driver failed: {call} returned {result}. See the driver's log; a restart of the process may help.", isTransient: false);
        }
    }

    private void* Export(string name) => NativeLibrary.TryGetExport(_library, name, out var address) ? (void*)address : null;

    private void* Required(string name) => Export(name) is var address && address is not null
        ? address
        : throw new DeviceException($"The NVIDIA driver has no {name}: it is too old. Install one for CUDA 12 or newer.", isTransient: false);
}
