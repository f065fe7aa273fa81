namespace Slerp.Engine.Backends.Cpu.Memory;

/// <summary>Places weights one behind another in large blocks, so that many small matrices share huge pages instead of wasting one each.</summary>
/// <remarks>Used by one thread at a time. A block is freed when the last of its pieces is.</remarks>
internal sealed unsafe class WeightArena : IDisposable
{
    private const long SlabBytes = 64L << 20;

    private Slab? _current;

    /// <summary>Takes a zeroed piece, aligned to 64 bytes.</summary>
    public Piece Take(long bytes)
    {
        var wanted = (bytes + 63) & ~63L;
        if (wanted > SlabBytes / 2)
        {
            return new Piece(new Slab(wanted), wanted);
        }

        if (_current is null || _current.Used + wanted > _current.Memory.Bytes)
        {
            _current?.Release();
            _current = new Slab(SlabBytes);
            _current.References++;
        }

        return new Piece(_current, wanted);
    }

    /// <summary>Takes no more from the open block; pieces given out live on.</summary>
    public void Dispose()
    {
        _current?.Release();
        _current = null;
    }

    /// <summary>A piece of a block.</summary>
    internal sealed class Piece : IDisposable
    {
        private Slab? _slab;

        internal Piece(Slab slab, long bytes)
        {
            _slab = slab;
            Pointer = slab.Memory.Pointer + slab.Used;
            Bytes = bytes;
            slab.Used += bytes;
            Interlocked.Increment(ref slab.References);
        }

        /// <summary>The first byte.</summary>
        public byte* Pointer { get; private set; }

        /// <summary>Bytes of the piece.</summary>
        public long Bytes { get; }

        /// <inheritdoc />
        public void Dispose()
        {
            _slab?.Release();
            _slab = null;
            Pointer = null;
        }
    }

    /// <summary>A block and how many pieces keep it.</summary>
    internal sealed class Slab(long bytes)
    {
        public NativeBlock Memory { get; } = new(bytes);

        public long Used;

        public int References;

        public void Release()
        {
            if (Interlocked.Decrement(ref References) == 0)
            {
                Memory.Dispose();
            }
        }
    }
}
