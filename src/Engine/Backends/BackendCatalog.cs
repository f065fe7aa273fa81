using Slerp.Engine.Backends.Cpu;

namespace Slerp.Engine.Backends;

/// <summary>The backends of this build, one line each.</summary>
internal static class BackendCatalog
{
    /// <summary>Makes the backend the options name.</summary>
    /// <exception cref="DeviceException">The name is not known, or the machine has not what it needs.</exception>
    public static IComputeBackend Create(EngineOptions options)
    {
        IComputeBackend backend = options.Backend switch
        {
            "cpu" => new CpuBackend(new CpuBackendOptions(options.Threads)),
            _ => throw new DeviceException($"Unknown backend '{options.Backend}'. Known: cpu.", isTransient: false),
        };
        return options.DecorateBackend?.Invoke(backend) ?? backend;
    }
}
