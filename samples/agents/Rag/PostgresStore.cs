using Npgsql;
using Pgvector;

namespace Slerp.Samples.Rag;

/// <summary>PostgreSQL with the pgvector extension. Vectors travel as text with a cast, which works with every version of both packages.</summary>
/// <remarks>The table is temporary: it belongs to the one connection held here, touches no table of yours, and is gone with it.</remarks>
internal sealed class PostgresStore : IChunkStore
{
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;

    private PostgresStore(NpgsqlDataSource source, NpgsqlConnection connection) => (_source, _connection) = (source, connection);

    public static async Task<PostgresStore> OpenAsync(string connectionString)
    {
        var source = NpgsqlDataSource.Create(connectionString);
        return new PostgresStore(source, await source.OpenConnectionAsync());
    }

    public async Task AddAsync(IEnumerable<Chunk> chunks)
    {
        await ReadAsync("CREATE EXTENSION IF NOT EXISTS vector");
        await ReadAsync("CREATE TEMPORARY TABLE IF NOT EXISTS slerp_rag_chunks (source text, content text, embedding vector)");
        foreach (var chunk in chunks)
        {
            await ReadAsync("INSERT INTO slerp_rag_chunks VALUES ($1, $2, $3::vector)", chunk.Source, chunk.Text, new Vector(chunk.Vector.ToArray()).ToString());
        }
    }

    public Task<IReadOnlyList<Chunk>> NearestAsync(ReadOnlyMemory<float> vector, int count) =>
        ReadAsync("SELECT source, content FROM slerp_rag_chunks ORDER BY embedding <=> $1::vector LIMIT $2", new Vector(vector.ToArray()).ToString(), count);

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
    }

    private async Task<IReadOnlyList<Chunk>> ReadAsync(string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
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
