using Slerp.Engine.Backends;

namespace Slerp.Engine;

/// <summary>Brings backends of another assembly, such as a GPU's: found among the application's services, or given in <see cref="EngineOptions.BackendProviders"/>.</summary>
/// <remarks>Thread-safe. Derived in assemblies of this product only: what it makes is not public.</remarks>
public abstract class BackendProvider
{
    private protected BackendProvider()
    {
    }

    /// <summary>The names it answers to, as messages list them.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Whether <paramref name="backend"/> is one of its names.</summary>
    internal abstract bool Serves(string backend);

    /// <summary>Makes the backend that <see cref="EngineOptions.Backend"/> names; it serves that name.</summary>
    /// <exception cref="DeviceException">The machine has not what it needs; says what was found.</exception>
    internal abstract IComputeBackend Create(EngineOptions options);
}
