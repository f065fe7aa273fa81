using Npgsql;
using Pgvector;

namespace Slerp.Samples.Rag;

/// <summary>PostgreSQL with the pgvector extension. Vectors travel as text with a cast, which works with every version of both packages.</summary>
internal sealed class PostgresStore(NpgsqlDataSource source) : IChunkStore
{
    public async Task AddAsync(IEnumerable<Chunk> chunks)
    {
        await ReadAsync("CREATE EXTENSION IF NOT EXISTS vector");
        await ReadAsync("DROP TABLE IF EXISTS chunks");
        await ReadAsync("CREATE TABLE chunks (source text, content text, embedding vector)");
        foreach (var chunk in chunks)
        {
            await ReadAsync("INSERT INTO chunks VALUES ($1, $2, $3::vector)", chunk.Source, chunk.Text, new Vector(chunk.Vector.ToArray()).ToString());
        }
    }

    public Task<IReadOnlyList<Chunk>> NearestAsync(ReadOnlyMemory<float> vector, int count) =>
        ReadAsync("SELECT source, content FROM chunks ORDER BY embedding <=> $1::vector LIMIT $2", new Vector(vector.ToArray()).ToString(), count);

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private async Task<IReadOnlyList<Chunk>> ReadAsync(string sql, params object[] values)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.AddRange(values.Select(value => new NpgsqlParameter { Value = value }).ToArray());
        await using var reader = await command.ExecuteReaderAsync();
        List<Chunk> found = [];
        while (await reader.ReadAsync())
        {
            found.Add(new Chunk(reader.GetString(0), reader.GetString(1), default));
        }

        return found;
    }
}
