using Slerp.Benchmarks.Shapes;
using Slerp.Engine;
using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;

namespace Slerp.Benchmarks.Measuring;

/// <summary>What a figure is measured on. Immutable.</summary>
internal sealed record BenchSettings
{
    /// <summary>The shape.</summary>
    public required CheckpointShape Shape { get; init; }

    /// <summary>The checkpoint.</summary>
    public required string Folder { get; init; }

    /// <summary>Where checkpoints are made and kept.</summary>
    public required string Work { get; init; }

    /// <summary>The draft model; null takes the one beside the checkpoint, if any.</summary>
    public string? DraftFolder { get; init; }

    /// <summary>The format the weights are packed into.</summary>
    public required WeightFormat Format { get; init; }

    /// <summary>The format of keys and values.</summary>
    public KvFormat KvFormat { get; init; }

    /// <summary>The backend's name.</summary>
    public string Backend { get; init; } = "cpu";

    /// <summary>Compute threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Tokens before the measured ones.</summary>
    public required int Context { get; init; }

    /// <summary>Interleaved pairs.</summary>
    public required int Pairs { get; init; }

    /// <summary>Tokens of prompt and answer together that the engine is loaded for; 0 is what the checkpoint was made for.</summary>
    public int ContextTokens { get; init; }

    /// <summary>Whether recycling starts from its warm table.</summary>
    public bool IsWarm { get; init; }

    /// <summary>Where the warm table is kept.</summary>
    public string NotesFolder => Path.Combine(Work, "notes", $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(Folder))}-{FormatName}");

    /// <summary>Whether the checkpoint is a small model inside a larger shape.</summary>
    public bool IsInflated => Path.GetFileName(Folder).StartsWith($"{Shape.Name}-inflated", StringComparison.Ordinal);

    /// <summary>The format's name.</summary>
    public string FormatName => Formats.NameOf(Format);

    /// <summary>What an engine of these settings is made with.</summary>
    public EngineOptions EngineOptions => new()
    {
        ModelPath = Folder,
        Backend = Backend,
        BackendProviders = BenchBackends.Providers,
        WeightFormat = Format,
        KvFormat = KvFormat,
        Threads = Threads,
        ContextTokens = ContextTokens,
        CachedPrefixes = 0,
        NotesFolder = "",
        WarmStart = false,
    };

    /// <summary>The same with room for so many tokens. More than the checkpoint was made for are refused when it is loaded.</summary>
    public BenchSettings Holding(int tokens) => ContextTokens == 0 ? this : this with { ContextTokens = Math.Max(ContextTokens, tokens) };

    /// <summary>
    /// Packed bytes a decode step reads: of a head with a coarse copy only the copy, for what a greedy step looks up in the head besides is one part in hundreds of all.
    /// </summary>
    public long BytesPerToken(ModelInfo model)
    {
        var copy = CopyOfHead(model);
        var bytesPerWeight = (model.WeightBytes - copy) / (double)Shape.Weights;
        return copy == 0
            ? (long)(bytesPerWeight * Shape.WeightsPerToken)
            : (long)(bytesPerWeight * (Shape.WeightsPerToken - Shape.HeadWeights)) + copy;
    }

    private long CopyOfHead(ModelInfo model)
    {
        if (Backend != "cpu")
        {
            return 0;
        }

        using IComputeBackend backend = new CpuBackend(new CpuBackendOptions(Threads: 1));
        return backend.HeadBytes(model.WeightFormat, Shape.Vocabulary, Shape.Width);
    }
}
