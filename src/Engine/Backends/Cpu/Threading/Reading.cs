namespace Slerp.Engine.Backends.Cpu.Threading;

/// <summary>Memory that the chunks of a region read one after another.</summary>
/// <param name="first">What chunk 0 reads.</param>
/// <param name="chunkBytes">Bytes of a chunk.</param>
/// <param name="chunks">Chunks.</param>
internal readonly unsafe struct Reading(byte* first, nint chunkBytes, int chunks)
{
    /// <summary>What chunk 0 reads; null where nothing is known.</summary>
    public readonly byte* First = first;

    /// <summary>Bytes of a chunk.</summary>
    public readonly nint ChunkBytes = chunkBytes;

    /// <summary>Chunks.</summary>
    public readonly int Chunks = chunks;
}
