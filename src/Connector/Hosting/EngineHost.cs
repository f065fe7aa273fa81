using System.Diagnostics;
using Slerp.Connector.Resilience;
using Slerp.Connector.Telemetry;
using Slerp.Engine;

namespace Slerp.Connector.Hosting;

/// <summary>Owns one engine: loads it once, when first asked, and disposes it.</summary>
/// <remarks>
/// Thread-safe. Callers that ask while the model loads share one load; a caller that cancels leaves, the load goes on.
/// A load that failed is tried again by the next caller after a pause (<see cref="LoadPauses"/>); until then callers are told what it failed with.
/// </remarks>
internal sealed class EngineHost(EngineOptions options, IEngineLoader loader, EngineHostServices services) : IAsyncDisposable, IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _lifetime = new();
    private readonly LoadPauses _pauses = new(services.Time);
    private Task<IEngine>? _load;
    private Task? _disposal;
    private volatile bool _isDisposed;

    /// <summary>The engine where it is loaded; null before.</summary>
    public IEngine? Loaded => Volatile.Read(ref _load) is { IsCompletedSuccessfully: true } load ? load.Result : null;

    /// <summary>Whether it was disposed: it never loads again.</summary>
    public bool IsDisposed => _isDisposed;

    /// <summary>The circuits of its model, which all its clients share.</summary>
    public ModelCircuits Circuits { get; } = new(services.Time);

    /// <summary>Why the last load failed; null where none did.</summary>
    public Exception? LoadFailure => Volatile.Read(ref _load) is { IsFaulted: true } load ? load.Exception.InnerException : null;

    /// <summary>How long until a load that failed is tried again by whoever asks.</summary>
    public TimeSpan NextLoadIn => _pauses.Remaining;

    /// <summary>The engine, loaded if need be.</summary>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The host was disposed.</exception>
    /// <exception cref="EngineException">The model cannot be loaded.</exception>
    public Task<IEngine> GetAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(SlerpEngine));
            if (_load is null or { IsCanceled: true } || (_load.IsFaulted && _pauses.Remaining == TimeSpan.Zero))
            {
                _load = BeginLoad();
            }

            return _load.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            // Before anything ends of it: a request that does asks why.
            _isDisposed = true;
            return new ValueTask(_disposal ??= DisposeOnceAsync(_load));
        }
    }

    /// <inheritdoc />
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    // It is nobody's in particular: what an engine starts, its thread among it, would otherwise carry the first caller's ambient values (spans, log scopes, contexts) for as long as it lives.
    private Task<IEngine> BeginLoad()
    {
        using var flow = ExecutionContext.SuppressFlow();
        return Task.Run(LoadAsync, CancellationToken.None);
    }

    private async Task DisposeOnceAsync(Task<IEngine>? load)
    {
        services.Instruments.Circuits.Forget(Circuits);
        await _lifetime.CancelAsync().ConfigureAwait(false);
        if (load is not null)
        {
            await ((Task)load).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (load.IsCompletedSuccessfully)
            {
                services.Instruments.Forget(load.Result);
                await load.Result.DisposeAsync().ConfigureAwait(false);
            }
        }

        _lifetime.Dispose();
    }

    private async Task<IEngine> LoadAsync()
    {
        var started = services.Time.GetTimestamp();
        services.Logger.LoadingModel(options.ModelPath, options.Backend);
        try
        {
            var engine = await loader.LoadAsync(options, new LoadReport(services), _lifetime.Token).ConfigureAwait(false);
            var elapsed = services.Time.GetElapsedTime(started);
            var model = engine.Model;
            services.Logger.LoadedModel(
                model.Name, model.Architecture, model.Device, model.WeightFormat, model.WeightBytes, model.ContextTokens, model.KvCacheBytes, elapsed.TotalSeconds);
            if (model.Adapter is { } adapter)
            {
                services.Logger.MergedAdapter(model.Name, adapter.Name, adapter.Matrices, adapter.Rank, adapter.Scale, adapter.BaseModel ?? "a model it does not name");
            }

            services.Instruments.Watch(engine);
            services.Instruments.ModelLoadDuration.Record(elapsed.TotalSeconds, new TagList { { SlerpTelemetry.RequestModelTag, model.Name } });
            return engine;
        }
        catch (OperationCanceledException) when (_lifetime.IsCancellationRequested)
        {
            throw new ObjectDisposedException(typeof(SlerpEngine).FullName, "The model was disposed while it was loading.");
        }
        catch (Exception failure)
        {
            _pauses.Begin(services.Time.GetElapsedTime(started));
            services.Logger.LoadFailed(options.ModelPath, _pauses.Remaining.TotalSeconds, failure);
            throw;
        }
    }

    /// <summary>Passes progress on, and logs every quarter.</summary>
    private sealed class LoadReport(EngineHostServices services) : IProgress<LoadProgress>
    {
        private int _quarter;

        public void Report(LoadProgress value)
        {
            services.Progress?.Report(value);
            var quarter = (int)(value.Fraction * 4);
            if (quarter > Interlocked.Exchange(ref _quarter, Math.Max(quarter, _quarter)))
            {
                services.Logger.LoadProgressed(quarter * 25, value.BytesDone, value.BytesTotal);
            }
        }
    }
}
