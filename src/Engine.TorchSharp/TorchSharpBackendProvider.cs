using Slerp.Engine.Backends;

namespace Slerp.Engine.TorchSharp;

/// <summary>The backends of TorchSharp: "cuda", "cuda:N" and "torch-cpu".</summary>
/// <remarks>Stateless and thread-safe. Nothing of TorchSharp is loaded before a backend is made.</remarks>
public sealed class TorchSharpBackendProvider : BackendProvider
{
    /// <inheritdoc />
    public override IReadOnlyList<string> Names => ["cuda", "cuda:N", "torch-cpu"];

    internal override bool Serves(string backend) => DeviceName.TryParse(backend, out _);

    internal override IComputeBackend Create(EngineOptions options) =>
        DeviceName.TryParse(options.Backend, out var name)
            ? TorchBackend.Open(name, options.Threads)
            : throw new ArgumentException($"Backend '{options.Backend}' is not one of TorchSharp's: {string.Join(", ", Names)}.", nameof(options));
}
