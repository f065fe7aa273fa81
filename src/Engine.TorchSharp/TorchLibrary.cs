using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <summary>Finds libtorch and the device asked for, or says what was found instead.</summary>
internal static class TorchLibrary
{
    private const string Install =
        "Reference the package TorchSharp-cuda-linux or TorchSharp-cuda-windows (TorchSharp-cpu for \"torch-cpu\"), or let the loader find the libraries of an installed PyTorch; "
        + "docs/gpu.md has the steps. Or set Backend to \"cpu\".";

    /// <summary>Opens a device.</summary>
    /// <exception cref="DeviceException">libtorch or the device is not there.</exception>
    public static torch.Device Open(DeviceName name)
    {
        if (!name.IsCuda)
        {
            Load(name, DeviceType.CPU);
            return torch.CPU;
        }

        var driver = CudaDriver.TryOpen();
        if (driver is null || driver.DeviceCount == 0)
        {
            throw new DeviceException(
                $"Backend '{name}' needs an NVIDIA card; found: {CudaDriver.Describe(driver)}. Install the card's driver (for CUDA 12.8 or newer). {Install}",
                isTransient: false);
        }

        if (name.Index >= driver.DeviceCount)
        {
            throw new DeviceException($"Backend '{name}' is not here; found: {CudaDriver.Describe(driver)}. Name one of these.", isTransient: false);
        }

        if (!Load(name, DeviceType.CUDA))
        {
            throw new DeviceException(
                $"Backend '{name}' needs libtorch with CUDA; found: {CudaDriver.Describe(driver)}, and a libtorch that cannot use it. {Install}", isTransient: false);
        }

        return new torch.Device(DeviceType.CUDA, name.Index);
    }

    private static bool Load(DeviceName name, DeviceType type)
    {
        try
        {
            return torch.TryInitializeDeviceType(type);
        }
        catch (Exception failure) when (failure is NotSupportedException or TypeInitializationException or DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            var reason = FirstSentence((failure is TypeInitializationException { InnerException: { } cause } ? cause : failure).Message);
            throw new DeviceException($"Backend '{name}' needs libtorch, which could not be loaded: {reason} {Install}", isTransient: false, failure);
        }
    }

    // What follows is advice for notebooks and a trace of the search.
    private static string FirstSentence(string message)
    {
        var text = message.AsSpan().Trim();
        var end = text.IndexOfAny('\r', '\n');
        text = end < 0 ? text : text[..end].TrimEnd();
        end = text.IndexOf(". ", StringComparison.Ordinal);
        text = end < 0 ? text : text[..end];
        return text.EndsWith('.') ? text.ToString() : $"{text}.";
    }
}
