using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slerp.Engine.Backends;

namespace Slerp.Engine.Checkpoints;

/// <summary>The weights of a checkpoint in one or several safetensors files.</summary>
/// <remarks>Owns the open files. Thread-safety: as <see cref="IWeightSource"/>.</remarks>
internal sealed class SafetensorsWeights : IWeightSource
{
    /// <summary>The file name of a checkpoint in one part.</summary>
    public const string SingleFileName = "model.safetensors";

    private const int ScanElements = 1 << 16;

    private readonly string location;
    private readonly string owner;
    private readonly ImmutableArray<SafetensorsFile> files;
    private readonly Dictionary<string, (SafetensorsFile File, TensorEntry Entry)> tensors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> served = new(StringComparer.Ordinal);

    private SafetensorsWeights(string location, ImmutableArray<SafetensorsFile> files, string owner = "config.json")
    {
        this.location = location;
        this.owner = owner;
        this.files = files;
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> NeverServed => [.. tensors.Keys.Where(name => !served.ContainsKey(name)).Order(StringComparer.Ordinal)];

    /// <summary>The bytes of all tensors.</summary>
    public long TotalBytes => tensors.Values.Sum(static tensor => tensor.Entry.ByteLength);

    /// <summary>What is stored in which format.</summary>
    public StoredWeights Stored => new(ElementsIn(TensorDType.F32), ElementsIn(TensorDType.BF16), ElementsIn(TensorDType.F16));

    /// <summary>Whether a folder holds weights in either form.</summary>
    public static bool IsPresent(string folder) =>
        File.Exists(Path.Combine(folder, SingleFileName)) || File.Exists(Path.Combine(folder, ShardIndex.FileName));

    /// <summary>Opens the weights of a folder: <c>model.safetensors</c>, else the shards of <c>model.safetensors.index.json</c>.</summary>
    /// <exception cref="CheckpointException">Neither is there, or a file is malformed.</exception>
    public static SafetensorsWeights OpenFolder(string folder)
    {
        if (CheckpointPath.Find(folder, SingleFileName) is { } single)
        {
            return OpenFile(single, Path.Combine(folder, SingleFileName));
        }

        return CheckpointPath.Find(folder, ShardIndex.FileName) is { } index
            ? OpenShards(folder, index)
            : throw new CheckpointException(folder, $"the folder holds neither {SingleFileName} nor {ShardIndex.FileName}.");
    }

    /// <summary>Opens one file.</summary>
    /// <param name="path">Where the file is.</param>
    /// <param name="name">How messages name it; the path by default.</param>
    /// <param name="owner">What says which shapes are expected, for messages.</param>
    /// <exception cref="CheckpointException">The file is missing or malformed.</exception>
    public static SafetensorsWeights OpenFile(string path, string? name = null, string owner = "config.json")
    {
        var file = SafetensorsFile.Open(path, name);
        var weights = new SafetensorsWeights(file.Name, [file], owner);
        foreach (var entry in file.Tensors)
        {
            weights.tensors.Add(entry.Name, (file, entry));
        }

        return weights;
    }

    /// <inheritdoc/>
    public bool Contains(string name) => tensors.ContainsKey(name);

    /// <inheritdoc/>
    public WeightTensor Get(string name, params ReadOnlySpan<int> shape)
    {
        if (!tensors.TryGetValue(name, out var tensor))
        {
            throw new CheckpointException(
                location,
                $"tensor '{name}' is missing; expected shape [{Join(shape)}]. The weights do not fit {owner}, or a file is incomplete.");
        }

        if (!SameShape(tensor.Entry.Shape, shape))
        {
            throw new CheckpointException(
                tensor.File.Name,
                $"tensor '{name}' has shape [{string.Join(", ", tensor.Entry.Shape)}]; expected [{Join(shape)}]. The weights do not fit {owner}.");
        }

        served[name] = true;
        return Open(tensor.File, tensor.Entry);
    }

    /// <summary>Reads every value once, so that NaN and infinities are refused now and not when the rows are first used.</summary>
    /// <param name="cancellationToken">Ends the scan between blocks.</param>
    /// <exception cref="CheckpointException">A weight is not finite; the message says which and where.</exception>
    public void RequireFinite(CancellationToken cancellationToken = default)
    {
        foreach (var (file, entry) in tensors.Values)
        {
            if (entry.Shape.Length > 0 && entry.ByteLength > 0 && FormatOf(entry.DType) is not null)
            {
                ReadAll(Open(file, entry), cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in files)
        {
            file.Dispose();
        }
    }

    private static SafetensorsWeights OpenShards(string folder, string indexPath)
    {
        var index = ShardIndex.Read(indexPath);
        var files = new Dictionary<string, (SafetensorsFile File, Dictionary<string, TensorEntry> Entries)>(StringComparer.Ordinal);
        SafetensorsWeights? weights = null;
        try
        {
            foreach (var shard in index.ShardOf.Values.Distinct(StringComparer.Ordinal))
            {
                var path = CheckpointPath.Find(folder, shard)
                    ?? throw new CheckpointException(indexPath, $"the shard '{shard}' is missing from the folder; fetch it.");
                var file = SafetensorsFile.Open(path, Path.Combine(folder, shard));
                files.Add(shard, (file, []));
                foreach (var entry in file.Tensors)
                {
                    files[shard].Entries.Add(entry.Name, entry);
                }
            }

            var opened = new SafetensorsWeights(indexPath, [.. files.Values.Select(static shard => shard.File)]);
            foreach (var (name, shard) in index.ShardOf)
            {
                var entry = files[shard].Entries.GetValueOrDefault(name)
                    ?? throw new CheckpointException(
                        files[shard].File.Name, $"tensor '{Excerpt.Of(name)}' is missing, although {ShardIndex.FileName} says it is here.");
                opened.tensors.Add(name, (files[shard].File, entry));
            }

            weights = opened;
            return opened;
        }
        finally
        {
            if (weights is null)
            {
                foreach (var (file, _) in files.Values)
                {
                    file.Dispose();
                }
            }
        }
    }

    private static SafetensorsTensor Open(SafetensorsFile file, TensorEntry entry)
    {
        var format = FormatOf(entry.DType)
            ?? throw new CheckpointException(
                file.Name, $"tensor '{Excerpt.Of(entry.Name)}' is stored as {entry.DType}; the engine reads F32, F16 and BF16. Convert the checkpoint.");
        if (entry.Shape.IsEmpty || entry.Shape.Any(static dimension => dimension > int.MaxValue) || RowsOf(entry) > int.MaxValue)
        {
            throw new CheckpointException(
                file.Name, $"tensor '{Excerpt.Of(entry.Name)}' has shape [{string.Join(", ", entry.Shape)}]; rows and columns must be below 2^31.");
        }

        return new SafetensorsTensor(file, entry, format, [.. entry.Shape.Select(static dimension => (int)dimension)]);
    }

    // The product was checked against 2^63 when the header was read.
    private static long RowsOf(TensorEntry entry) => entry.Shape[..^1].Aggregate(1L, static (product, dimension) => product * dimension);

    private long ElementsIn(TensorDType dtype) => tensors.Values
        .Where(tensor => tensor.Entry.DType == dtype)
        .Sum(tensor => tensor.Entry.ByteLength / FormatOf(dtype)!.Value.ElementBytes());

    private static WeightDType? FormatOf(TensorDType dtype) => dtype switch
    {
        TensorDType.F32 => WeightDType.F32,
        TensorDType.F16 => WeightDType.F16,
        TensorDType.BF16 => WeightDType.BF16,
        _ => null,
    };

    private static void ReadAll(WeightTensor tensor, CancellationToken cancellationToken)
    {
        var rowsAtOnce = Math.Max(1, ScanElements / tensor.Columns);
        var buffer = new float[(int)Math.Min(tensor.Count, (long)rowsAtOnce * tensor.Columns)];
        for (var row = 0; row < tensor.Rows; row += rowsAtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rows = Math.Min(rowsAtOnce, tensor.Rows - row);
            tensor.ReadRows(row, rows, buffer.AsSpan(0, rows * tensor.Columns));
        }
    }

    private static bool SameShape(ImmutableArray<long> found, ReadOnlySpan<int> expected)
    {
        if (found.Length != expected.Length)
        {
            return false;
        }

        for (var i = 0; i < expected.Length; i++)
        {
            if (found[i] != expected[i])
            {
                return false;
            }
        }

        return true;
    }

    private static string Join(ReadOnlySpan<int> shape) => string.Join(", ", shape.ToArray());
}
