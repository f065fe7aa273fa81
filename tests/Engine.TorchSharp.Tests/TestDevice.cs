using TorchSharp;

namespace Slerp.Engine.TorchSharp.Tests;

/// <summary>The device under test: SLERP_TORCH_DEVICE ("cuda", "cuda:1"), by default libtorch's own CPU device.</summary>
internal static class TestDevice
{
    public static string Name { get; } = Environment.GetEnvironmentVariable("SLERP_TORCH_DEVICE") is { Length: > 0 } name ? name : "torch-cpu";

    /// <summary>libtorch's name of it.</summary>
    public static torch.Device Device => TorchLibrary.Open(Parsed);

    private static DeviceName Parsed
    {
        get
        {
            Assert.True(DeviceName.TryParse(Name, out var device), $"SLERP_TORCH_DEVICE is '{Name}'.");
            return device;
        }
    }

    /// <summary>Opens it.</summary>
    /// <param name="isNarrow">Whether 16-bit values are multiplied in 16 bits; null for the device's own way.</param>
    public static TorchBackend Open(bool? isNarrow = null) => new(Parsed, Device, isNarrow ?? Parsed.IsCuda);

    /// <summary>Whether the device multiplies 16-bit values in 16 bits.</summary>
    public static bool IsNarrow => Name != "torch-cpu";

    /// <summary>The same options, on the device.</summary>
    public static EngineOptions On(EngineOptions options) => options with { Backend = Name, BackendProviders = [new TorchSharpBackendProvider()] };
}
