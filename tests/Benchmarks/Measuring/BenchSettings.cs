using Slerp.Benchmarks.Shapes;
using Slerp.Engine;

namespace Slerp.Benchmarks.Measuring;

/// <summary>What a figure is measured on. Immutable.</summary>
internal sealed record BenchSettings
{
    /// <summary>The shape.</summary>
    public required CheckpointShape Shape { get; init; }

    /// <summary>The checkpoint.</summary>
    public required string Folder { get; init; }

    /// <summary>The format the weights are packed into.</summary>
    public required WeightFormat Format { get; init; }

    /// <summary>Compute threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Tokens before the measured ones.</summary>
    public required int Context { get; init; }

    /// <summary>Interleaved pairs.</summary>
    public required int Pairs { get; init; }

    /// <summary>The format's name.</summary>
    public string FormatName => Formats.NameOf(Format);

    /// <summary>What an engine of these settings is made with.</summary>
    public EngineOptions EngineOptions => new() { ModelPath = Folder, WeightFormat = Format, Threads = Threads, CachedPrefixes = 0 };

    /// <summary>Packed bytes a decode step reads.</summary>
    public long BytesPerToken(ModelInfo model) => (long)(model.WeightBytes * ((double)Shape.WeightsPerToken / Shape.Weights));
}
