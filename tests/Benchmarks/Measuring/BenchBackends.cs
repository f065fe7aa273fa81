using Slerp.Engine;
#if TORCHSHARP
using Slerp.Benchmarks.TorchSharp;
using Slerp.Engine.TorchSharp;
#endif

namespace Slerp.Benchmarks.Measuring;

/// <summary>The backends of this build: with -p:Backend=TorchSharp also those of the GPU.</summary>
internal static class BenchBackends
{
#if TORCHSHARP
    /// <summary>Backends beside the CPU's.</summary>
    public static IReadOnlyList<BackendProvider> Providers { get; } = [new TorchSharpBackendProvider()];
#else
    /// <summary>Backends beside the CPU's.</summary>
    public static IReadOnlyList<BackendProvider> Providers { get; } = [];
#endif

    /// <summary>All names.</summary>
    public static string Names => string.Join(", ", Providers.SelectMany(static provider => provider.Names).Prepend("cpu"));

    /// <summary>What a decode step of the backend cannot beat: on a device, a copy inside it, bytes read and written both counted.</summary>
    public static IMemoryCeiling MemoryCeiling(BenchSettings settings)
    {
#if TORCHSHARP
        if (settings.Backend != "cpu")
        {
            return new DeviceCopyCeiling(settings.Backend);
        }
#endif
        return new StreamingCeiling(settings.Threads);
    }

    /// <summary>What the prefill of a device cannot beat.</summary>
    public static IMemoryCeiling ProductCeiling(BenchSettings settings)
    {
#if TORCHSHARP
        return new DeviceProductCeiling(settings.Backend);
#else
        throw new InvalidOperationException($"Backend '{settings.Backend}' is not in this build: build with -p:Backend=TorchSharp.");
#endif
    }
}
