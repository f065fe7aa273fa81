using System.Numerics.Tensors;

namespace Slerp.Samples.Rag;

/// <summary>All chunks in a list. Vectors have length 1: their dot product is their cosine.</summary>
internal sealed class MemoryStore : IChunkStore
{
    private readonly List<Chunk> _chunks = [];

    public Task AddAsync(IEnumerable<Chunk> chunks)
    {
        _chunks.AddRange(chunks);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Chunk>> NearestAsync(ReadOnlyMemory<float> vector, int count) => Task.FromResult<IReadOnlyList<Chunk>>(
        [.. _chunks.OrderByDescending(chunk => TensorPrimitives.Dot(chunk.Vector.Span, vector.Span)).Take(count)]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
