using System.Text.Json;

namespace Slerp.Engine.Checkpoints;

/// <summary>The map from tensor names to shard files of a checkpoint in several parts.</summary>
/// <remarks>
/// Only <c>weight_map</c> counts; <c>metadata</c>, its <c>total_size</c> included, is ignored. A tensor that lies in a shard the map does not name
/// for it does not exist: the index decides.
/// </remarks>
internal sealed class ShardIndex
{
    /// <summary>The index's file name.</summary>
    public const string FileName = "model.safetensors.index.json";

    private const long MaxBytes = 16_000_000;

    private const int MaxShards = 1000;

    private ShardIndex(IReadOnlyDictionary<string, string> shardOf) => ShardOf = shardOf;

    /// <summary>Tensor name → plain file name of its shard.</summary>
    public IReadOnlyDictionary<string, string> ShardOf { get; }

    /// <summary>Reads an index.</summary>
    /// <exception cref="CheckpointException">The file is malformed or names a shard by more than a plain file name.</exception>
    public static ShardIndex Read(string path)
    {
        var fields = new JsonFields(path, CheckpointJson.ReadObject(path, MaxBytes));
        var map = fields.FindObject("weight_map") ?? throw fields.Refuse("weight_map", "is missing; expected an object of tensor name to file name.");
        var shardOf = new Dictionary<string, string>(StringComparer.Ordinal);
        var shards = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in map.Pairs())
        {
            var shard = value.ValueKind == JsonValueKind.String ? value.GetString()! : throw map.Refuse(
                name, "is not text; expected the file name of a shard.");
            if (!CheckpointPath.IsPlainName(shard) || !shard.EndsWith(".safetensors", StringComparison.Ordinal))
            {
                throw map.Refuse(
                    name, $"is \"{Excerpt.Of(shard)}\"; expected a plain file name that ends in .safetensors, in the folder of the index.");
            }

            shardOf.Add(name, shard);
            if (shards.Add(shard) && shards.Count > MaxShards)
            {
                throw fields.Refuse("weight_map", $"names more than {MaxShards:N0} shards, the limit.");
            }
        }

        return new ShardIndex(shardOf);
    }
}
