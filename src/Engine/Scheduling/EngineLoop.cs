using System.Collections.Concurrent;
using Slerp.Engine.Cache;
using Slerp.Engine.Decoding;

namespace Slerp.Engine.Scheduling;

/// <summary>The one thread that owns the model: it drains the inbox, admits who waits, runs step after step, and never dies of a request.</summary>
internal sealed class EngineLoop : IDisposable
{
    private readonly EngineLoopLimits _limits;
    private readonly Places _places;
    private readonly RowKeeper _rows;
    private readonly StepRound _round;
    private readonly ConcurrentQueue<Sequence> _inbox = new();
    private readonly ConcurrentQueue<Rejection> _rejections = new();
    private readonly List<Sequence> _waiting = [];
    private readonly List<Sequence> _running = [];
    private readonly IdleQueue _idle = new();
    private readonly ManualResetEventSlim _work = new(initialState: false);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStopping;

    /// <summary>Creates the loop; <see cref="Start"/> starts its thread.</summary>
    public EngineLoop(DecodeStep step, KvCache cache, PrefixIndex prefixes, EngineLoopLimits limits)
    {
        _limits = limits;
        _places = new Places((long)limits.MaxRunning + limits.QueueLimit);
        _rows = new RowKeeper(cache, prefixes);
        _round = new StepRound(step, _rows, limits);
    }

    /// <summary>Sequences that wait: those in flight beyond what runs at once.</summary>
    public int Queued => Math.Max(0, _places.Taken - _limits.MaxRunning);

    /// <summary>Whether nobody's request is in flight. Any thread.</summary>
    public bool IsIdle => _places.Taken == 0;

    /// <summary>Most sequences that may wait.</summary>
    public int QueueLimit => _limits.QueueLimit;

    /// <summary>Whether it was asked to end.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>Completes when the thread has ended.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>Starts the thread.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "Slerp engine" }.Start();

    /// <summary>Refuses a request that would find the queue full, before work is put into it; it may still find it full when it is submitted. Any thread.</summary>
    /// <exception cref="CapacityException">The queue is full.</exception>
    public void ThrowIfFull()
    {
        if (_places.AreTaken)
        {
            throw Full();
        }
    }

    /// <summary>Queues a request, or work of the background. Any thread.</summary>
    /// <exception cref="CapacityException">The queue is full.</exception>
    /// <exception cref="ObjectDisposedException">The loop is stopping.</exception>
    public void Submit(Sequence sequence)
    {
        ObjectDisposedException.ThrowIf(_isStopping, this);
        if (sequence.Urgency is Urgency.Request && (sequence.Place = _places.TryTake()) is null)
        {
            throw Full();
        }

        _inbox.Enqueue(sequence);
        TryWakeFor(sequence);
    }

    /// <summary>Queues a request, however long it takes until there is a place for it. Any thread.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled while it waited.</exception>
    /// <exception cref="ObjectDisposedException">The loop is stopping.</exception>
    public async Task SubmitWhenFreeAsync(Sequence sequence, CancellationToken cancellationToken)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_isStopping, this);
            var leave = _places.NextLeave;
            if ((sequence.Place = _places.TryTake()) is not null)
            {
                break;
            }

            await Task.WhenAny(leave, _stopped.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        _inbox.Enqueue(sequence);
        TryWakeFor(sequence);
    }

    /// <summary>Queues a sequence that runs only while nothing else does. Any thread.</summary>
    /// <returns>False where enough of them wait already.</returns>
    /// <exception cref="ObjectDisposedException">The loop is stopping.</exception>
    public bool TrySubmitIdle(Sequence sequence)
    {
        ObjectDisposedException.ThrowIf(_isStopping, this);
        if (!_idle.TryAdd(sequence))
        {
            return false;
        }

        TryWakeFor(sequence);
        return true;
    }

    /// <summary>Has a judged sequence go on vanilla after the first <paramref name="tokens"/> tokens of its answer. Any thread.</summary>
    /// <returns>Completes when nothing more comes of what was taken back.</returns>
    public Task RejectAsync(Sequence sequence, int tokens)
    {
        var rejection = new Rejection(sequence, tokens);
        _rejections.Enqueue(rejection);
        if (!TryWakeFor(sequence))
        {
            rejection.Done.TrySetResult();
        }

        return rejection.Done.Task;
    }

    /// <summary>Waits until a text that was submitted to be read has been. Throws what ended it before.</summary>
    public async Task WaitForReadingAsync(Sequence sequence, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister((_, token) => Cancel(sequence, new OperationCanceledException(token)), null);
        await sequence.Output.WaitAsync().ConfigureAwait(false);
        sequence.Output.Take([], out _, out _, out var failure);
        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>Ends a sequence: its reader sees why at once, the thread drops it at the next step. Any thread.</summary>
    public void Cancel(Sequence sequence, Exception reason)
    {
        sequence.Cancel();
        sequence.Abort(reason);
        _work.Set();
    }

    /// <summary>Tells the thread that a sequence may run on.</summary>
    public void Notice() => _work.Set();

    /// <summary>Asks the thread to end; every sequence ends with <see cref="ObjectDisposedException"/>.</summary>
    public void Stop()
    {
        _isStopping = true;
        _work.Set();
    }

    /// <summary>Frees what the loop itself holds. Call it after <see cref="Stopped"/>.</summary>
    public void Dispose() => _work.Dispose();

    // False where the thread may have looked for the last time before the sequence was there to see. If it has not, the sequence is the thread's: only the reader is told.
    private bool TryWakeFor(Sequence sequence)
    {
        _work.Set();
        if (_isStopping)
        {
            sequence.Abort(Disposed());
            return false;
        }

        return true;
    }

    private CapacityException Full() =>
        new($"The queue holds {_limits.QueueLimit:N0} requests, which is its limit. Try again later, or raise QueueLimit or MaxConcurrentRequests.");

    private static ObjectDisposedException Disposed() => new("Slerp engine", "The engine was disposed while the request ran.");

    private void Run()
    {
        Action turn = Turn;
        while (!_isStopping)
        {
            Guard(turn);
        }

        Guard(DrainInbox);
        EndAll();
        _stopped.SetResult();
    }

    private void Guard(Action turn)
    {
        try
        {
            turn();
        }
#pragma warning disable CA1031 // What left this thread would end the process: it ends the requests in flight instead, and they are told.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            EndInFlight(failure);
        }
    }

    private void Turn()
    {
        _work.Reset();
        DrainInbox();
        GiveWay();
        Admit();
        AdmitIdle();
        if (_running.Count > 0)
        {
            RunStep();
        }
        else if (!_isStopping && _inbox.IsEmpty)
        {
            _work.Wait();
        }
    }

    // Nobody knows how far the turn came: every sequence of it ends, and the cache starts from nothing.
    private void EndInFlight(Exception cause)
    {
        var told = new StepException($"The engine failed: {cause.Message} The requests in flight end; the engine goes on.", cause);
        foreach (var sequence in _running.Concat(_waiting))
        {
            sequence.Leave();
            sequence.Fail(told);
            // Where it had ended before, its reader may still wait for what this turn was to do.
            sequence.Abort(told);
            sequence.Place?.Leave();
        }

        _running.Clear();
        _waiting.Clear();
        _rows.Clear();
    }

    private void RunStep()
    {
        if (!_round.TryBegin(_running))
        {
            _work.Wait();
        }
        else if (_round.TryRun())
        {
            DropEnded(_running);
        }
        else
        {
            PutBackYoungest();
        }
    }

    private void EndAll()
    {
        foreach (var sequence in _running.Concat(_waiting).Concat(_idle.TakeAll()))
        {
            sequence.Leave();
            sequence.Fail(Disposed());
        }

        _rows.Clear();
    }

    private void DrainInbox()
    {
        while (_inbox.TryDequeue(out var sequence))
        {
            _waiting.Add(sequence);
        }

        while (_rejections.TryDequeue(out var rejection))
        {
            Restart(rejection);
        }

        if (!IsIdle)
        {
            CancelBackground(_waiting);
            CancelBackground(_running);
        }

        DropEnded(_waiting);
        DropEnded(_running);
    }

    private static void CancelBackground(List<Sequence> sequences)
    {
        foreach (var sequence in sequences)
        {
            if (sequence.Urgency is Urgency.Background)
            {
                sequence.Cancel();
            }
        }
    }

    private void DropEnded(List<Sequence> sequences)
    {
        for (var index = sequences.Count - 1; index >= 0; index--)
        {
            var sequence = sequences[index];
            if (sequence.IsCancelled || sequence.IsDone)
            {
                _rows.Retire(sequence);
                sequences.RemoveAt(index);
                sequence.Place?.Leave();
            }
        }
    }

    private void Admit()
    {
        while (_waiting.Count > 0 && _running.Count < _limits.MaxRunning && _rows.TryEnter(_waiting[0], isAlone: _running.Count == 0))
        {
            _running.Add(_waiting[0]);
            _waiting.RemoveAt(0);
        }
    }

    // What runs idly is put back as soon as anyone else is there: its rows are read again later.
    private void GiveWay()
    {
        if (_running is [{ Urgency: Urgency.Idle } idle, ..] && (_waiting.Count > 0 || _running.Count > 1))
        {
            _running.RemoveAt(0);
            _rows.Release(idle);
            _idle.PutBack(idle);
        }
    }

    private void AdmitIdle()
    {
        if (_running.Count == 0 && _waiting.Count == 0 && _idle.TryTake() is { } idle)
        {
            // Among those that run before it enters: whatever fails meanwhile, somebody tells it.
            _running.Add(idle);
            if (!_rows.TryEnter(idle, isAlone: true))
            {
                _running.Clear();
                _idle.PutBack(idle);
            }
        }
    }

    // It was admitted once: it goes to the head of the queue, whatever the queue's limit.
    private void Restart(Rejection rejection)
    {
        var sequence = rejection.Sequence;
        try
        {
            if (!sequence.IsCancelled)
            {
                _ = _running.Remove(sequence) || _waiting.Remove(sequence);
                _waiting.Insert(0, sequence);
                sequence.Place?.Return();
                _rows.Release(sequence);
                sequence.RollBack(rejection.Tokens);
            }
        }
        finally
        {
            rejection.Done.TrySetResult();
        }
    }

    // No page is left for anyone: the youngest gives its pages back and is read again later.
    private void PutBackYoungest()
    {
        var youngest = _running[^1];
        _running.RemoveAt(_running.Count - 1);
        _rows.Release(youngest);
        if (youngest.Urgency is Urgency.Idle)
        {
            // Alone and without room: it never will have any.
            youngest.Fail(new CapacityException("The KV cache has no room to read an answer again."));
        }
        else
        {
            _waiting.Insert(0, youngest);
        }
    }

    private sealed record Rejection(Sequence Sequence, int Tokens)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
