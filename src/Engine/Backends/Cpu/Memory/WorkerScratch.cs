namespace Slerp.Engine.Backends.Cpu.Memory;

/// <summary>A stretch of memory for each worker, grown by the engine thread before a region, never within one.</summary>
internal sealed unsafe class WorkerScratch(int workers) : IDisposable
{
    private NativeBlock? _memory;
    private long _stride;

    /// <summary>Makes room for <paramref name="bytes"/> bytes per worker; content is unspecified.</summary>
    public void Reserve(long bytes)
    {
        if (bytes <= _stride)
        {
            return;
        }

        // Where the new block is refused, there is none, and the next call asks again.
        Dispose();
        // A page of distance keeps workers off each other's cache lines and prefetchers.
        var stride = ((bytes + 4095) & ~4095L) + 4096 + 64;
        _memory = new NativeBlock(stride * workers);
        _stride = stride;
    }

    /// <summary>The stretch of one worker.</summary>
    public byte* Of(int worker) => _memory!.Pointer + (worker * _stride);

    /// <summary>First byte of worker 0's stretch, for jobs that carry plain pointers.</summary>
    public byte* Pointer => _memory!.Pointer;

    /// <summary>Distance between workers.</summary>
    public long Stride => _stride;

    /// <inheritdoc />
    public void Dispose()
    {
        _memory?.Dispose();
        _memory = null;
        _stride = 0;
    }
}
