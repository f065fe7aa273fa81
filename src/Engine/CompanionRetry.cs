using Slerp.Engine.Backends;

namespace Slerp.Engine;

/// <summary>A second network that failed to load: tried again in the background when it is asked for, with pauses (<see cref="LoadPauses"/>).</summary>
/// <remarks>
/// <para>Nobody waits for it: until it is there, whoever asks is told the last failure, which costs an answer its drafts and nothing else.</para>
/// <para>A backend serves one thread at a time, and the model's serves the engine's: what is loaded beside it gets a backend of its own, which stays as long as the network.</para>
/// <para>Thread-safe. What was taken belongs to its taker, who disposes it first.</para>
/// </remarks>
/// <typeparam name="T">The network.</typeparam>
internal sealed class CompanionRetry<T> : IDisposable
    where T : class, IDisposable
{
    private readonly Func<IComputeBackend, CancellationToken, T> _load;
    private readonly Func<IComputeBackend> _createBackend;
    private readonly TimeProvider _time;
    private readonly LoadPauses _pauses;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _lifetime = new();
    private Exception _failure;
    private Task _attempt = Task.CompletedTask;
    private IComputeBackend? _backend;
    private T? _network;
    private bool _isTaken;

    /// <param name="load">Loads it to a backend.</param>
    /// <param name="createBackend">Makes one.</param>
    /// <param name="time">The clock.</param>
    /// <param name="failure">What the first load failed with.</param>
    /// <param name="took">How long it took.</param>
    public CompanionRetry(
        Func<IComputeBackend, CancellationToken, T> load, Func<IComputeBackend> createBackend, TimeProvider time, Exception failure, TimeSpan took)
    {
        (_load, _createBackend, _time, _failure) = (load, createBackend, time, failure);
        _pauses = new LoadPauses(time);
        _pauses.Begin(took);
    }

    /// <summary>The network where it is loaded; where it is not, it is tried again unless that was just done.</summary>
    /// <exception cref="Exception">What the last load failed with.</exception>
    public T Take()
    {
        lock (_lock)
        {
            if (_network is not null)
            {
                _isTaken = true;
                return _network;
            }

            if (_attempt.IsCompleted && _pauses.Remaining == TimeSpan.Zero && !_lifetime.IsCancellationRequested)
            {
                _attempt = Task.Run(Try);
            }

            throw _failure;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Task attempt;
        lock (_lock)
        {
            _lifetime.Cancel();
            attempt = _attempt;
        }

        attempt.Wait();
        if (!_isTaken)
        {
            _network?.Dispose();
        }

        _backend?.Dispose();
        _lifetime.Dispose();
    }

    private void Try()
    {
        var begin = _time.GetTimestamp();
        try
        {
            using var parts = new HalfBuilt();
            var backend = parts.Keep(_createBackend());
            var network = _load(backend, _lifetime.Token);
            lock (_lock)
            {
                (_backend, _network) = (backend, network);
            }

            parts.Complete();
        }
#pragma warning disable CA1031 // Nothing is swallowed: whoever asks next is told.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            lock (_lock)
            {
                _failure = failure;
                _pauses.Begin(_time.GetElapsedTime(begin));
            }
        }
    }
}
