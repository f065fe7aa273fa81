using Slerp.Engine.Backends.Cpu;

namespace Slerp.Engine.Backends;

/// <summary>The backends of this build, one line each, and those that the application brings.</summary>
internal static class BackendCatalog
{
    private const string Processor = "cpu";

    /// <summary>Makes the backend the options name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The name is not known.</exception>
    /// <exception cref="DeviceException">The machine has not what it needs.</exception>
    public static IComputeBackend Create(EngineOptions options)
    {
        var backend = options.Backend switch
        {
            Processor => new CpuBackend(new CpuBackendOptions(options.Threads)),
            _ => Provided(options),
        };
        return options.DecorateBackend?.Invoke(backend) ?? backend;
    }

    /// <summary>Why a name is no backend's: what is known, and what to do. Null where one answers to it, whatever the machine has of it.</summary>
    /// <param name="backend">The name.</param>
    /// <param name="providers">Those of other assemblies.</param>
    public static string? Fault(string backend, IReadOnlyCollection<BackendProvider> providers)
    {
        if (backend == Processor || providers.Any(provider => provider.Serves(backend)))
        {
            return null;
        }

        var known = string.Join(", ", providers.SelectMany(static provider => provider.Names).Prepend(Processor).Distinct());
        var remedy = providers.Count == 0
            ? " The GPU's is in an assembly of its own: reference it and call services.AddSlerpTorchSharp(), see docs/gpu.md."
            : "";
        return $"Unknown backend '{backend}'. Known: {known}.{remedy}";
    }

    private static IComputeBackend Provided(EngineOptions options) =>
        options.BackendProviders.FirstOrDefault(provider => provider.Serves(options.Backend))?.Create(options)
        ?? throw EngineOptionLimits.Refusal(nameof(EngineOptions.Backend), options.Backend, Fault(options.Backend, options.BackendProviders)!);
}
