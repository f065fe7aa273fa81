using Slerp.Engine.Backends.Cpu.Threading;

namespace Slerp.Engine.Tests.Backends.Cpu;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Run_DoesEachChunkOnce(int threads)
    {
        using var pool = new WorkerPool(threads);
        for (var round = 0; round < 300; round++)
        {
            var job = new CountJob(new int[round % 40], threads);
            pool.Run(ref job, job.Counts.Length);
            Assert.All(job.Counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void Run_ManyPoolsAtOnce_AllFinish()
    {
        Parallel.For(0, 4, _ => Run_DoesEachChunkOnce(4));
    }

    [Fact]
    public void Run_ChunkThatThrows_ThrowsToTheCallerAndThePoolLives()
    {
        using var pool = new WorkerPool(3);
        for (var round = 0; round < 50; round++)
        {
            var failing = new FailingJob(round % 17);
            Assert.Equal("chunk", Assert.Throws<InvalidOperationException>(() => pool.Run(ref failing, 17)).Message);
            var job = new CountJob(new int[20], 3);
            pool.Run(ref job, 20);
            Assert.All(job.Counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void Run_AllocatesNothing()
    {
        using var pool = new WorkerPool(2);
        var job = new CountJob(new int[20], 2);
        pool.Run(ref job, 20);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 100; round++)
        {
            pool.Run(ref job, 20);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public unsafe void Expect_MemoryThatIsNotThere_DoesNoHarm()
    {
        using var pool = new WorkerPool(3);
        foreach (var first in new[] { 0, 64, nint.MaxValue, nint.MinValue, -1 })
        {
            pool.Expect(new Reading((byte*)first, 4096, 12));
            pool.Expect(new Reading((byte*)first, -4096, int.MaxValue));
            pool.Expect(new Reading((byte*)first, nint.MaxValue, 3));
            var job = new CountJob(new int[20], 3);
            pool.Run(ref job, 20);
            Assert.All(job.Counts, count => Assert.Equal(1, count));
        }
    }

    /// <summary>A thread that is put aside must not hold up the rest of its stretch.</summary>
    [Fact]
    public void Run_ThreadHeldUpInItsFirstChunk_OthersDoTheRest()
    {
        using var pool = new WorkerPool(2);
        for (var round = 0; round < 20; round++)
        {
            var job = new HeldJob(new int[16], new CountdownEvent(15));
            pool.Run(ref job, 16);
            Assert.All(job.Counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void Dispose_Twice_IsHarmless()
    {
        var pool = new WorkerPool(4);
        pool.Dispose();
        pool.Dispose();
    }

    private readonly struct CountJob(int[] counts, int threads) : IParallelJob
    {
        public int[] Counts { get; } = counts;

        public void Execute(int chunk, int worker)
        {
            if (worker < threads)
            {
                Interlocked.Increment(ref Counts[chunk]);
            }
        }
    }

    /// <summary>Chunk 0 waits until all others are done.</summary>
    private readonly struct HeldJob(int[] counts, CountdownEvent others) : IParallelJob
    {
        public int[] Counts { get; } = counts;

        public void Execute(int chunk, int worker)
        {
            Interlocked.Increment(ref Counts[chunk]);
            if (chunk == 0)
            {
                others.Wait();
            }
            else
            {
                others.Signal();
            }
        }
    }

    private readonly struct FailingJob(int failing) : IParallelJob
    {
        public void Execute(int chunk, int worker)
        {
            if (chunk == failing)
            {
                throw new InvalidOperationException("chunk");
            }
        }
    }
}
