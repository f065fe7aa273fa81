using Slerp.Engine.Checkpoints;
using Slerp.Engine.Models;

namespace Slerp.Benchmarks.Shapes;

/// <summary>The sizes of a Llama-shaped checkpoint.</summary>
/// <param name="Name">The name it goes by on the command line and in the figures.</param>
/// <param name="Layers">Blocks L.</param>
/// <param name="Width">Width d of the residual stream.</param>
/// <param name="Heads">Query heads H.</param>
/// <param name="KvHeads">Key/value heads G.</param>
/// <param name="HeadSize">Width of a head.</param>
/// <param name="MlpWidth">Inner width of the MLP.</param>
/// <param name="Vocabulary">Ids.</param>
/// <param name="Tied">Whether the head is the embedding table.</param>
internal sealed record CheckpointShape(
    string Name, int Layers, int Width, int Heads, int KvHeads, int HeadSize, int MlpWidth, int Vocabulary, bool Tied)
{
    /// <summary>Positions their checkpoints are made for: what a long prompt may have.</summary>
    public const int Positions = 8192;

    /// <summary>Tokens they are loaded for where no more are asked for: a KV cache for all positions would crowd the larger ones.</summary>
    public const int UsualContext = 2048;

    /// <summary>The shapes that are made on the fly: those of SmolLM2-135M, SmolLM2-360M, TinyLlama-1.1B and Mistral-7B.</summary>
    public static IReadOnlyList<CheckpointShape> Known { get; } =
    [
        new("135M", 30, 576, 9, 3, 64, 1536, 49_152, Tied: true),
        new("360M", 32, 960, 15, 5, 64, 2560, 49_152, Tied: true),
        new("1.1B", 22, 2048, 32, 4, 64, 5632, 32_000, Tied: false),
        new("7B", 32, 4096, 32, 8, 128, 14_336, 32_000, Tied: false),
    ];

    /// <summary>Weights of all matrices.</summary>
    public long Weights => BlockWeights + ((Tied ? 1L : 2L) * HeadWeights);

    /// <summary>Weights that one decode step reads: of an untied embedding table it reads a row.</summary>
    public long WeightsPerToken => BlockWeights + HeadWeights;

    /// <summary>Weights of the LM head.</summary>
    public long HeadWeights => (long)Vocabulary * Width;

    private long BlockWeights => Layers * (long)Width * ((2L * Heads * HeadSize) + (2L * KvHeads * HeadSize) + (3L * MlpWidth));

    /// <summary>The shape of a checkpoint folder.</summary>
    public static CheckpointShape Read(string folder, string name)
    {
        var config = CheckpointDirectory.Open(folder).Config;
        var shape = ModelCatalog.Find(config).Read(config);
        return new CheckpointShape(
            name, shape.Layers, shape.Width, shape.Heads.Heads, shape.Heads.KvHeads, shape.Heads.HeadSize, shape.MlpWidth, shape.VocabularySize, shape.TiedHead);
    }
}
