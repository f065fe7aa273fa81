using System.Collections.Immutable;

namespace Slerp.Engine.Checkpoints;

/// <summary>generation_config.json: how the model's makers suggest to sample from it. Suggestions only; a request decides.</summary>
/// <remarks>Fields the engine has no use for are ignored. Immutable and thread-safe.</remarks>
internal sealed record GenerationConfig
{
    private const long MaxBytes = 1_000_000;

    /// <summary>What counts where there is no file: the defaults of the Hugging Face library.</summary>
    public static GenerationConfig Default { get; } = new();

    /// <summary>The ids that end a text; empty where the file names none.</summary>
    public ImmutableArray<int> EndTokenIds { get; init; } = [];

    /// <summary>The id that begins a text, or null.</summary>
    public int? BeginTokenId { get; init; }

    /// <summary>The id that pads, or null.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>Whether to sample; otherwise the most probable token is taken.</summary>
    public bool Samples { get; init; }

    /// <summary>Divides the logits; at least 0.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>How many of the most probable tokens may be drawn; 0 for all.</summary>
    public int TopK { get; init; } = 50;

    /// <summary>The probability mass that may be drawn, in (0, 1].</summary>
    public double TopP { get; init; } = 1;

    /// <summary>The least probability relative to the most probable token, in [0, 1].</summary>
    public double MinP { get; init; }

    /// <summary>Divides positive and multiplies negative logits of tokens seen; 1 for none.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Reads the file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="vocabularySize">Ids must be below it.</param>
    /// <param name="name">How messages name it; the path by default.</param>
    /// <exception cref="CheckpointException">The file is malformed; the message names the field.</exception>
    public static GenerationConfig Read(string path, int vocabularySize, string? name = null) =>
        Parse(new JsonFields(name ?? path, CheckpointJson.ReadObject(path, MaxBytes, name)), vocabularySize);

    /// <summary>Checks the fields of a file already read.</summary>
    public static GenerationConfig Parse(JsonFields fields, int vocabularySize) => new()
    {
        EndTokenIds = [.. fields.Int32s("eos_token_id", 0, vocabularySize - 1).Distinct()],
        BeginTokenId = fields.FindInt32("bos_token_id", 0, vocabularySize - 1),
        PadTokenId = fields.FindInt32("pad_token_id", -1, vocabularySize - 1) is { } id and >= 0 ? id : null,
        Samples = fields.FindBoolean("do_sample") ?? Default.Samples,
        Temperature = fields.FindDouble("temperature", 0, 100) ?? Default.Temperature,
        TopK = Math.Max(0, fields.FindInt32("top_k", -1, int.MaxValue) ?? Default.TopK),
        TopP = fields.FindDouble("top_p", double.Epsilon, 1) ?? Default.TopP,
        MinP = fields.FindDouble("min_p", 0, 1) ?? Default.MinP,
        RepetitionPenalty = fields.FindDouble("repetition_penalty", 0.01, 100) ?? Default.RepetitionPenalty,
    };
}
