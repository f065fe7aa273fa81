using Slerp.Engine.Backends.Cpu;

namespace Slerp.Engine.Backends;

/// <summary>The backends of this build, one line each, and those that the application brings.</summary>
internal static class BackendCatalog
{
    /// <summary>Makes the backend the options name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The name is not known.</exception>
    /// <exception cref="DeviceException">The machine has not what it needs.</exception>
    public static IComputeBackend Create(EngineOptions options)
    {
        var backend = options.Backend switch
        {
            "cpu" => new CpuBackend(new CpuBackendOptions(options.Threads)),
            _ => Provided(options),
        };
        return options.DecorateBackend?.Invoke(backend) ?? backend;
    }

    private static IComputeBackend Provided(EngineOptions options)
    {
        foreach (var provider in options.BackendProviders)
        {
            if (provider.Serves(options.Backend))
            {
                return provider.Create(options);
            }
        }

        var known = string.Join(", ", options.BackendProviders.SelectMany(static provider => provider.Names).Prepend("cpu").Distinct());
        var remedy = options.BackendProviders.Count == 0
            ? " The GPU's is in an assembly of its own: reference it and call services.AddSlerpTorchSharp(), see docs/gpu.md."
            : "";
        throw EngineOptionLimits.Refusal(nameof(EngineOptions.Backend), options.Backend, $"Unknown backend '{options.Backend}'. Known: {known}.{remedy}");
    }
}
