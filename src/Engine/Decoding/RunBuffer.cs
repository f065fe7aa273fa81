using System.Threading.Tasks.Sources;

namespace Slerp.Engine.Decoding;

/// <summary>Hands the tokens of one answer from the engine thread to its one reader.</summary>
/// <remarks>
/// <para>The engine thread never waits here, and allocates only where its reader lags behind: waking the reader queues this object itself to the
/// thread pool, and what was taken makes room.</para>
/// <para>One writer, one reader. After <see cref="Finish"/> or <see cref="Fail"/> nothing is added.</para>
/// </remarks>
internal sealed class RunBuffer : IValueTaskSource, IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<bool> _wake;
    private int[] _tokens;
    private int _count;
    private int _visibleBytes;
    private FinishReason? _finish;
    private Exception? _failure;
    private bool _isWaiting;

    /// <summary>Creates a buffer with room for <paramref name="capacity"/> tokens before it grows.</summary>
    public RunBuffer(int capacity) => _tokens = new int[Math.Max(capacity, 1)];

    /// <summary>Adds a token of the answer.</summary>
    public void Add(int token, int visibleBytes)
    {
        lock (_lock)
        {
            if (_count == _tokens.Length)
            {
                Array.Resize(ref _tokens, _count * 2);
            }

            _tokens[_count++] = token;
            _visibleBytes = visibleBytes;
        }
    }

    /// <summary>Ends the answer.</summary>
    public void Finish(FinishReason reason, int visibleBytes)
    {
        lock (_lock)
        {
            _finish = reason;
            _visibleBytes = visibleBytes;
        }

        Wake();
    }

    /// <summary>Ends the answer with a failure; the first one stays.</summary>
    public void Fail(Exception failure)
    {
        lock (_lock)
        {
            if (_finish is null)
            {
                _failure ??= failure;
            }
        }

        Wake();
    }

    /// <summary>Wakes a waiting reader. Called once after the tokens of a step.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            if (!_isWaiting)
            {
                return;
            }

            _isWaiting = false;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Completes when there is something to take. Failures are not thrown here: ask <see cref="Take"/>.</summary>
    /// <exception cref="InvalidOperationException">Somebody waits already.</exception>
    public ValueTask WaitAsync()
    {
        lock (_lock)
        {
            if (_isWaiting)
            {
                throw new InvalidOperationException("The next segment of this answer is being waited for already. One caller at a time: await NextAsync before calling it again.");
            }

            if (_count > 0 || _finish is not null || _failure is not null)
            {
                return ValueTask.CompletedTask;
            }

            _wake.Reset();
            _isWaiting = true;
            return new ValueTask(this, _wake.Version);
        }
    }

    /// <summary>Takes what is there.</summary>
    /// <param name="destination">Receives the tokens.</param>
    /// <param name="visibleBytes">Bytes of the whole answer that may be shown.</param>
    /// <param name="finish">Why the answer ended, or null.</param>
    /// <param name="failure">What it failed with, or null; told only when no token is left to take.</param>
    public void Take(List<int> destination, out int visibleBytes, out FinishReason? finish, out Exception? failure)
    {
        lock (_lock)
        {
            failure = _count == 0 ? _failure : null;
            destination.AddRange(_tokens.AsSpan(0, _count));
            _count = 0;
            visibleBytes = _visibleBytes;
            finish = _finish;
        }
    }

    void IThreadPoolWorkItem.Execute() => _wake.SetResult(true);

    void IValueTaskSource.GetResult(short token) => _wake.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wake.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wake.OnCompleted(continuation, state, token, flags);
}
