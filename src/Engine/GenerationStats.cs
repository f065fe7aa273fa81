namespace Slerp.Engine;

/// <summary>What one answer took. A snapshot; final once the last segment was handed over.</summary>
public sealed record GenerationStats
{
    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Prompt tokens whose rows were found in the cache.</summary>
    public int CachedPromptTokens { get; init; }

    /// <summary>Tokens of the answer, the end token not counted.</summary>
    public int OutputTokens { get; init; }

    /// <summary>Decode steps: passes over the weights after the prompt.</summary>
    public int Steps { get; init; }

    /// <summary>Tokens that the decode steps gave: the first of the answer is the prompt's pass's, the end token and those taken back are among them.</summary>
    public int DecodedTokens { get; init; }

    /// <summary>From submission to the first step.</summary>
    public TimeSpan QueueTime { get; init; }

    /// <summary>From the first step to the first token; where all that was written was taken back, to the first that came then.</summary>
    public TimeSpan PrefillTime { get; init; }

    /// <summary>From the first token to the last. An end token is none.</summary>
    public TimeSpan DecodeTime { get; init; }

    /// <summary>Tokens that came at once with the first: 1, or more where the step that ended the prompt carried a draft.</summary>
    public int FirstTokens { get; init; }

    /// <summary>Tokens per second after the first: (<see cref="OutputTokens"/> − <see cref="FirstTokens"/>) / <see cref="DecodeTime"/>; 0 where none came later.</summary>
    public double TokensPerSecond => OutputTokens > FirstTokens && DecodeTime > TimeSpan.Zero ? (OutputTokens - FirstTokens) / DecodeTime.TotalSeconds : 0;

    /// <summary>Tokens that were written, judged, and taken back.</summary>
    public int RejectedTokens { get; init; }

    /// <summary>What speculation did; counted when the answer has ended.</summary>
    public DraftStats Drafts { get; init; } = DraftStats.None;

    /// <summary>What merging did.</summary>
    public MergeStats Merging { get; init; } = MergeStats.None;
}
