using System.Collections.Concurrent;
using Slerp.Engine.Cache;
using Slerp.Engine.Decoding;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Scheduling;

/// <summary>The one thread that owns the model: drains the inbox, plans, drives the decode step, and never dies of a request.</summary>
internal sealed class EngineLoop : IDisposable
{
    private readonly DecodeStep _step;
    private readonly KvCache _cache;
    private readonly PrefixIndex _prefixes;
    private readonly EngineLoopLimits _limits;
    private readonly ConcurrentQueue<Sequence> _inbox = new();
    private readonly ConcurrentQueue<Rejection> _rejections = new();
    private readonly List<Sequence> _waiting = [];
    private readonly List<Sequence> _running = [];
    private readonly IdleQueue _idle = new();
    private readonly ManualResetEventSlim _work = new(initialState: false);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StepShare[] _shares;
    private readonly int[] _pending;
    private readonly Sequence[] _stepSequences;
    private int _inFlight;
    private volatile bool _isStopping;

    /// <summary>Creates the loop; <see cref="Start"/> starts its thread.</summary>
    public EngineLoop(DecodeStep step, KvCache cache, PrefixIndex prefixes, EngineLoopLimits limits)
    {
        _step = step;
        _cache = cache;
        _prefixes = prefixes;
        _limits = limits;
        _shares = new StepShare[limits.MaxRunning];
        _pending = new int[limits.MaxRunning];
        _stepSequences = new Sequence[limits.MaxRunning];
    }

    /// <summary>Sequences that wait: those in flight beyond what runs at once.</summary>
    public int Queued => (int)Math.Max(0, Volatile.Read(ref _inFlight) - _limits.MaxRunning);

    /// <summary>Whether nobody's request is in flight. Any thread.</summary>
    public bool IsIdle => Volatile.Read(ref _inFlight) == 0;

    /// <summary>Most sequences that may wait.</summary>
    public int QueueLimit => _limits.QueueLimit;

    /// <summary>Whether it was asked to end.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>Completes when the thread has ended.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>Starts the thread.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "Slerp engine" }.Start();

    /// <summary>Queues a sequence. Any thread. One of the background takes nobody's place, and is cancelled as soon as a request is in flight.</summary>
    /// <exception cref="CapacityException">The queue is full.</exception>
    /// <exception cref="ObjectDisposedException">The loop is stopping.</exception>
    public void Submit(Sequence sequence)
    {
        ObjectDisposedException.ThrowIf(_isStopping, this);
        if (!sequence.IsBackground && Interlocked.Increment(ref _inFlight) > (long)_limits.MaxRunning + _limits.QueueLimit)
        {
            Interlocked.Decrement(ref _inFlight);
            throw new CapacityException(
                $"The queue holds {_limits.QueueLimit:N0} requests, which is its limit. Try again later, or raise QueueLimit or MaxConcurrentRequests.");
        }

        _inbox.Enqueue(sequence);
        _work.Set();
        if (_isStopping)
        {
            // The thread may have looked into the inbox for the last time before the sequence was in it. If not, the sequence is the thread's: only the reader is told.
            sequence.Abort(Disposed());
        }
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

        _work.Set();
        if (_isStopping)
        {
            // As in Submit.
            sequence.Abort(Disposed());
        }

        return true;
    }

    /// <summary>Has a judged sequence go on vanilla after the first <paramref name="tokens"/> tokens of its answer. Any thread.</summary>
    /// <returns>Completes when nothing more comes of what was taken back.</returns>
    public Task RejectAsync(Sequence sequence, int tokens)
    {
        var rejection = new Rejection(sequence, tokens);
        _rejections.Enqueue(rejection);
        _work.Set();
        if (_isStopping)
        {
            // As in Submit: nobody may be left to see it.
            sequence.Abort(Disposed());
            rejection.Done.TrySetResult();
        }

        return rejection.Done.Task;
    }

    /// <summary>Tells the thread that a sequence was cancelled, or may run on.</summary>
    public void Notice() => _work.Set();

    /// <summary>Asks the thread to end; every sequence ends with <see cref="ObjectDisposedException"/>.</summary>
    public void Stop()
    {
        _isStopping = true;
        _work.Set();
    }

    /// <summary>Frees what the loop itself holds. Call it after <see cref="Stopped"/>.</summary>
    public void Dispose() => _work.Dispose();

    private static ObjectDisposedException Disposed() => new("Slerp engine", "The engine was disposed while the request ran.");

    private void Run()
    {
        while (!_isStopping)
        {
            _work.Reset();
            DrainInbox();
            GiveWay();
            Admit();
            AdmitIdle();
            if (_running.Count == 0)
            {
                if (!_isStopping && _inbox.IsEmpty)
                {
                    _work.Wait();
                }

                continue;
            }

            if (!TryRunStep())
            {
                _work.Wait();
            }
        }

        DrainInbox();
        foreach (var sequence in _running.Concat(_waiting).Concat(_idle.TakeAll()))
        {
            Release(sequence);
            sequence.Fail(Disposed());
        }

        while (_prefixes.Evict())
        {
            // Every entry goes.
        }

        _stopped.SetResult();
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

        Drop(_waiting);
        Drop(_running);
    }

    private static void CancelBackground(List<Sequence> sequences)
    {
        foreach (var sequence in sequences)
        {
            if (sequence.IsBackground)
            {
                sequence.Cancel();
            }
        }
    }

    private void Drop(List<Sequence> sequences)
    {
        for (var index = sequences.Count - 1; index >= 0; index--)
        {
            var sequence = sequences[index];
            if (sequence.IsCancelled || sequence.IsDone)
            {
                Retire(sequence);
                sequences.RemoveAt(index);
                if (sequence is { IsIdle: false, IsBackground: false })
                {
                    Interlocked.Decrement(ref _inFlight);
                }
            }
        }
    }

    private void Admit()
    {
        while (_waiting.Count > 0 && _running.Count < _limits.MaxRunning && TryEnter(_waiting[0]))
        {
            var sequence = _waiting[0];
            _waiting.RemoveAt(0);
            _running.Add(sequence);
        }
    }

    // What runs idly is put back as soon as anyone else is there: its rows are read again later.
    private void GiveWay()
    {
        if (_running is [{ IsIdle: true } idle, ..] && (_waiting.Count > 0 || _running.Count > 1))
        {
            _running.RemoveAt(0);
            Release(idle);
            _idle.PutBack(idle);
        }
    }

    private void AdmitIdle()
    {
        if (_running.Count == 0 && _waiting.Count == 0 && _idle.TryTake() is { } idle)
        {
            if (TryEnter(idle))
            {
                _running.Add(idle);
            }
            else
            {
                _idle.PutBack(idle);
            }
        }
    }

    // What an earlier request of its tenant left is taken over first (not by a text of which every row is wanted), and what nobody uses makes room for the rest.
    private bool TryEnter(Sequence sequence)
    {
        var slot = _cache.TryOpen();
        var found = sequence.Reader is null ? _prefixes.Resume(slot, sequence.Tenant, sequence.CacheableTokens, sequence.Plan) : default;
        while (!Admission.MayEnter(sequence.Count, found.Rows, _cache.Layers, _cache.FreePages, _running.Count == 0))
        {
            if (!_prefixes.Evict())
            {
                _cache.Release(slot);
                return false;
            }
        }

        sequence.Enter(slot, found);
        return true;
    }

    // It was admitted once: it goes to the head of the queue, whatever the queue's limit.
    private void Restart(Rejection rejection)
    {
        var sequence = rejection.Sequence;
        if (!sequence.IsCancelled)
        {
            if (!_running.Remove(sequence) && !_waiting.Remove(sequence))
            {
                Interlocked.Increment(ref _inFlight);
            }

            Release(sequence);
            sequence.DropPlan(_cache);
            sequence.RollBack(rejection.Tokens);
            _waiting.Insert(0, sequence);
        }

        rejection.Done.TrySetResult();
    }

    // False where everyone who runs waits for a judgement.
    private bool TryRunStep()
    {
        for (var index = 0; index < _running.Count; index++)
        {
            _pending[index] = _running[index].TakeTurn();
        }

        var shares = _shares.AsSpan(0, DecodeFirstPolicy.Plan(_pending.AsSpan(0, _running.Count), _limits.PromptTokensPerStep, _shares));
        if (shares.Length == 0)
        {
            return false;
        }

        for (var index = 0; index < shares.Length; index++)
        {
            _stepSequences[index] = _running[shares[index].Index];
            DecodeStep.Begin(_stepSequences[index], shares[index].Tokens);
        }

        _step.Propose(_stepSequences.AsSpan(0, shares.Length));
        var count = Reserve(shares.Length);
        if (count == 0)
        {
            PutBackYoungest();
            return true;
        }

        var sequences = _stepSequences.AsSpan(0, count);
        try
        {
            _step.Run(sequences);
        }
#pragma warning disable CA1031 // Whatever a step throws ends the requests of that step, never the engine.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            FailAll(sequences, failure);
        }

        _stepSequences.AsSpan(0, shares.Length).Clear();
        Drop(_running);
        return true;
    }

    // Keeps the sequences that have room at the front; where there is none for a draft, there may be for the plain step.
    private int Reserve(int planned)
    {
        var count = 0;
        for (var index = 0; index < planned; index++)
        {
            var sequence = _stepSequences[index];
            while (_cache.PagesToReserve(sequence.Slot, sequence.Tree.Count) > _cache.FreePages && _prefixes.Evict())
            {
                // What is kept for later gives way to what runs.
            }

            if (sequence.PendingTokens == 1 && _cache.PagesToReserve(sequence.Slot, sequence.Tree.Count) > _cache.FreePages)
            {
                sequence.Tree.Truncate(1);
            }

            if (_step.TryReserve(sequence))
            {
                _stepSequences[count++] = sequence;
            }
        }

        return count;
    }

    private static void FailAll(ReadOnlySpan<Sequence> sequences, Exception failure)
    {
        var told = failure as EngineException
            ?? new StepException($"A step of the engine failed: {failure.Message} The requests of this step end; others go on.", failure);
        foreach (var sequence in sequences)
        {
            sequence.Fail(told);
        }
    }

    // No page is left for anyone: the youngest gives its pages back and is read again later.
    private void PutBackYoungest()
    {
        var youngest = _running[^1];
        _running.RemoveAt(_running.Count - 1);
        Release(youngest);
        if (youngest.IsIdle)
        {
            // Alone and without room: it never will have any.
            youngest.Fail(new CapacityException("The KV cache has no room to read an answer again."));
        }
        else
        {
            _waiting.Insert(0, youngest);
        }
    }

    // A request that ended leaves its rows to the next turn; nobody goes on from what the background wrote.
    private void Retire(Sequence sequence)
    {
        if (sequence is { Slot: >= 0, HasSoundRows: true, Reader: null, IsBackground: false, Plan: null or PromptMergePlan { AllowsPrefixReuse: true } })
        {
            sequence.Drafting.Close();
            _prefixes.Keep(sequence.Slot, sequence.Tenant, sequence.Tokens[..Math.Min(sequence.Rows, sequence.Count)], sequence.Plan as PromptMergePlan);
            sequence.Slot = -1;
            sequence.Rows = 0;
        }
        else
        {
            Release(sequence);
        }
    }

    private void Release(Sequence sequence)
    {
        sequence.Drafting.Close();
        if (sequence.Slot >= 0)
        {
            _cache.Release(sequence.Slot);
            sequence.Slot = -1;
            sequence.Rows = 0;
        }
    }

    private sealed record Rejection(Sequence Sequence, int Tokens)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
