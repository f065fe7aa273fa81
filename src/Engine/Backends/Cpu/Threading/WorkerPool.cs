using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Slerp.Engine.Backends.Cpu.Threading;

/// <summary>Persistent threads that share the chunks of one parallel region at a time with the thread that asks for it.</summary>
/// <remarks>
/// <para>Regions are begun by one thread. Each thread has a stretch of successive chunks of its own, the same in every region of so many chunks: what it reads lies in
/// one piece and may still be in its cache. Who has done his takes what others have not begun, so a worker that the system has put aside delays nobody:
/// the region ends when every chunk is done, not when every worker has looked.</para>
/// <para>A worker that waits brings near what its stretch of the next region begins with, where that is known (<see cref="Expect"/>): memory would lie idle else.</para>
/// <para>A worker out of work spins for a moment, then spins while yielding its core to any other runnable thread, then sleeps until the next region.
/// An idle pool uses no processor time. A region allocates nothing.</para>
/// <para>The first exception of a region is thrown to its caller, after all workers have left the region.</para>
/// </remarks>
internal sealed unsafe class WorkerPool : IDisposable
{
    // Heuristics: regions of one decoding step follow each other within microseconds, steps within a fraction of a millisecond.
    private static readonly long SpinTicks = Stopwatch.Frequency / 20_000;
    private static readonly long YieldTicks = Stopwatch.Frequency / 1_000;

    // Heuristic: about what memory gives one thread while another does what only one can do between two products.
    private const int NearBytes = 65_536;
    private const int LineBytes = 64;
    private const int LinesOfTurn = 8;

    private const long Open = 1L << 31;
    private const long JoinedMask = Open - 1;

    private readonly Thread[] _threads;
    private readonly Func<IDisposable?>? _enter;
    private readonly Thread?[] _entered;
    private readonly IDisposable?[] _undo;
    private readonly SemaphoreSlim _bell = new(0);
    private readonly Stretch[] _stretches;
    private Signals _signals;
    private delegate*<void*, int, int, void> _invoke;
    private void* _job;
    private int _chunks;
    private Reading _expected;
    private int _expectations;
    private Exception? _fault;
    private volatile bool _stopping;

    /// <summary>Starts a pool.</summary>
    /// <param name="threads">Threads that work on a region, the calling one included; at least 1.</param>
    /// <param name="enter">Done on a thread before it works for the first time; what it returns is disposed at the end of a thread of the pool.</param>
    public WorkerPool(int threads, Func<IDisposable?>? enter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _enter = enter;
        _entered = new Thread?[threads];
        _undo = new IDisposable?[threads];
        _stretches = new Stretch[threads];
        _threads = new Thread[threads - 1];
        for (var index = 0; index < _threads.Length; index++)
        {
            var worker = index + 1;
            _threads[index] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"slerp-cpu-{worker}" };
            _threads[index].Start();
        }
    }

    /// <summary>Threads that work on a region, the calling one included.</summary>
    public int Threads => _threads.Length + 1;

    /// <summary>Runs chunks 0 .. <paramref name="chunks"/> - 1 of <paramref name="job"/> and returns when all are done.</summary>
    public void Run<TJob>(ref TJob job, int chunks)
        where TJob : struct, IParallelJob
    {
        if (_threads.Length == 0 || chunks <= 1)
        {
            Enter(0);
            for (var chunk = 0; chunk < chunks; chunk++)
            {
                job.Execute(chunk, 0);
            }

            return;
        }

        fixed (void* address = &Unsafe.As<TJob, byte>(ref job))
        {
            Begin(address, &Invoke<TJob>, chunks);
            TakeChunks(0);
            End();
        }
    }

    /// <summary>Tells what the next large region will read. A wrong guess does no harm, nor does memory that is there no longer.</summary>
    public void Expect(in Reading next)
    {
        _expected = next;
        Volatile.Write(ref _expectations, _expectations + 1);
    }

    /// <summary>Stops the threads. Not while a region runs.</summary>
    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        _bell.Release(Math.Max(1, _threads.Length));
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _bell.Dispose();
    }

    private static void Invoke<TJob>(void* job, int chunk, int worker)
        where TJob : struct, IParallelJob => Unsafe.AsRef<TJob>(job).Execute(chunk, worker);

    private void Begin(void* job, delegate*<void*, int, int, void> invoke, int chunks)
    {
        _job = job;
        _invoke = invoke;
        _chunks = chunks;
        // The region's number lives in the upper half: joining compares the whole word, so nobody can join a region that has ended.
        var region = (Volatile.Read(ref _signals.State) >> 32) + 1;
        Interlocked.Exchange(ref _signals.State, (region << 32) | Open);
        var sleepers = Volatile.Read(ref _signals.Sleepers);
        if (sleepers > 0)
        {
            _bell.Release(sleepers);
        }
    }

    private void End()
    {
        Interlocked.And(ref _signals.State, ~Open);
        var begin = 0L;
        for (var turn = 0; (Volatile.Read(ref _signals.State) & JoinedMask) != 0; turn++)
        {
            Wait(turn, ref begin);
        }

        if (_fault is { } fault)
        {
            _fault = null;
            ExceptionDispatchInfo.Throw(fault);
        }
    }

    private void TakeChunks(int worker)
    {
        try
        {
            Enter(worker);
            var region = Volatile.Read(ref _signals.State) >> 32;
            for (var offset = 0; offset < Threads; offset++)
            {
                var owner = worker + offset < Threads ? worker + offset : worker + offset - Threads;
                int chunk;
                while ((chunk = Take(owner, region)) >= 0)
                {
                    _invoke(_job, chunk, worker);
                }
            }
        }
#pragma warning disable CA1031 // Nothing is swallowed: the first exception is thrown to the caller of the region.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _fault, exception, null);
        }
    }

    /// <summary>The next chunk of a thread's stretch, or -1 where all are taken or the region has failed.</summary>
    private int Take(int owner, long region)
    {
        var end = FirstChunk(owner + 1, _chunks);
        ref var next = ref _stretches[owner].Next;
        while (true)
        {
            // Who comes first in a region begins the stretch: beginning all of them would cost the caller a cache line for each thread.
            var seen = Volatile.Read(ref next);
            var chunk = seen >> 32 == region ? (int)seen : FirstChunk(owner, _chunks);
            if (chunk >= end || _fault is not null)
            {
                return -1;
            }

            if (Interlocked.CompareExchange(ref next, (region << 32) | (uint)(chunk + 1), seen) == seen)
            {
                return chunk;
            }
        }
    }

    private void Enter(int worker)
    {
        // Of the calling thread it is only known which one came last.
        if (_enter is not null && !ReferenceEquals(_entered[worker], Thread.CurrentThread))
        {
            _undo[worker] = _enter();
            _entered[worker] = Thread.CurrentThread;
        }
    }

    private void Work(int worker)
    {
        var seen = 0L;
        var begin = 0L;
        var expectations = 0;
        var (near, end) = ((nint)0, (nint)0);
        for (var turn = 0; !_stopping; turn++)
        {
            var state = Volatile.Read(ref _signals.State);
            if (state >> 32 != seen && (state & Open) != 0)
            {
                if (Interlocked.CompareExchange(ref _signals.State, state + 1, state) == state)
                {
                    seen = state >> 32;
                    TakeChunks(worker);
                    Interlocked.Decrement(ref _signals.State);
                    turn = -1;
                    begin = 0;
                }
            }
            else if (expectations != Volatile.Read(ref _expectations))
            {
                // What is left of an older one was read meanwhile.
                expectations = _expectations;
                (near, end) = BeginningOfStretch(worker);
            }
            else if (Sse.IsSupported && near < end)
            {
                near = BringNear(near);
            }
            else if (!Wait(turn, ref begin))
            {
                Sleep(seen);
                turn = -1;
                begin = 0;
            }
        }

        _undo[worker]?.Dispose();
    }

    /// <summary>What a worker's stretch begins with. A mixture of two expectations may be read here: asking for any address is harmless.</summary>
    private (nint Begin, nint End) BeginningOfStretch(int worker)
    {
        var (first, last) = (FirstChunk(worker, _expected.Chunks), FirstChunk(worker + 1, _expected.Chunks));
        var begin = (nint)_expected.First + (first * _expected.ChunkBytes);
        return (begin, begin + Math.Min(NearBytes, (last - first) * _expected.ChunkBytes));
    }

    private int FirstChunk(int worker, int chunks) => (int)((long)worker * chunks / Threads);

    private static nint BringNear(nint address)
    {
        for (var line = 0; line < LinesOfTurn; line++)
        {
            // Into the second cache: the first is the product's own.
            Sse.Prefetch1((byte*)address + (line * LineBytes));
        }

        return address + (LinesOfTurn * LineBytes);
    }

    /// <summary>One turn of waiting; false once waiting has lasted so long that a worker should sleep.</summary>
    private static bool Wait(int turn, ref long begin)
    {
        if ((turn & 63) != 63)
        {
            Thread.SpinWait(1);
            return true;
        }

        var now = Stopwatch.GetTimestamp();
        begin = begin == 0 ? now : begin;
        if (now - begin > SpinTicks)
        {
            Thread.Yield();
        }

        return now - begin <= YieldTicks;
    }

    private void Sleep(long seen)
    {
        // Counted as asleep before the last look: a region begun after it sees the sleeper and rings.
        Interlocked.Increment(ref _signals.Sleepers);
        var state = Interlocked.Read(ref _signals.State);
        if (!_stopping && (state >> 32 == seen || (state & Open) == 0))
        {
            _bell.Wait();
        }

        Interlocked.Decrement(ref _signals.Sleepers);
    }

    /// <summary>Words that threads fight over, each on its own cache lines.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Signals
    {
        /// <summary>Region number (upper 32 bits), whether it may be joined (bit 31), workers in it.</summary>
        [FieldOffset(128)]
        public long State;

        [FieldOffset(256)]
        public int Sleepers;
    }

    /// <summary>The next chunk of a thread's stretch (lower 32 bits) in a region (upper 32), on cache lines of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Stretch
    {
        [FieldOffset(128)]
        public long Next;
    }
}
