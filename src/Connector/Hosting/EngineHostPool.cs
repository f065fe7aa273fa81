using Microsoft.Extensions.Logging;
using Slerp.Connector.Telemetry;
using Slerp.Engine;

namespace Slerp.Connector.Hosting;

/// <summary>The engines of one container: clients that ask for the same checkpoint with the same settings share one. Thread-safe; owns its hosts.</summary>
internal sealed class EngineHostPool(IEngineLoader loader, ILogger<EngineHostPool> logger, SlerpInstruments instruments, TimeProvider time) : IAsyncDisposable, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<EngineOptions, Entry> _entries = [];
    private bool _disposed;

    /// <summary>The host of these settings.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="progress">Told, too, while it loads.</param>
    public EngineHost Get(EngineOptions options, IEnumerable<IProgress<LoadProgress>> progress)
    {
        var key = options with
        {
            ModelPath = Whole(options.ModelPath),
            AdapterPath = WholeOrNull(options.AdapterPath),
            DraftModelPath = WholeOrNull(options.DraftModelPath),
            SpeculatorPath = WholeOrNull(options.SpeculatorPath),
        };
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_entries.TryGetValue(key, out var entry))
            {
                var audience = new Audience();
                entry = new Entry(new EngineHost(options, loader, new EngineHostServices(logger, instruments, time, audience)), audience);
                _entries.Add(key, entry);
            }

            entry.Audience.Add(progress);
            return entry.Host;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Entry[] entries;
        lock (_gate)
        {
            _disposed = true;
            entries = [.. _entries.Values];
        }

        // At once, and all of them whichever fails: each waits for the step its engine is in.
        await Task.WhenAll(entries.Select(static entry => entry.Host.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    // One folder may be written in several ways.
    private static string Whole(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    private static string? WholeOrNull(string? path) => path is null ? null : Whole(path);

    private sealed record Entry(EngineHost Host, Audience Audience);

    /// <summary>Everyone who wants to know how far a load is.</summary>
    private sealed class Audience : IProgress<LoadProgress>
    {
        private volatile IProgress<LoadProgress>[] _listeners = [];

        // Who listens to two clients of one model hears of its load once.
        public void Add(IEnumerable<IProgress<LoadProgress>> listeners) => _listeners = [.. _listeners.Union(listeners)];

        public void Report(LoadProgress value)
        {
            foreach (var listener in _listeners)
            {
                listener.Report(value);
            }
        }
    }
}
