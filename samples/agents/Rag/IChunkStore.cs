namespace Slerp.Samples.Rag;

internal sealed record Chunk(string Source, string Text, ReadOnlyMemory<float> Vector);

/// <summary>Where chunks and their vectors are kept.</summary>
internal interface IChunkStore : IAsyncDisposable
{
    Task AddAsync(IEnumerable<Chunk> chunks);

    Task<IReadOnlyList<Chunk>> NearestAsync(ReadOnlyMemory<float> vector, int count);
}
