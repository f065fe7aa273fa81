namespace Slerp.Connector;

/// <summary>What one answer took, read back from a response. Immutable.</summary>
public sealed record SlerpStatistics
{
    /// <summary>Tokens of the prompt.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Prompt tokens found in the cache.</summary>
    public required long CachedPromptTokens { get; init; }

    /// <summary>Tokens of the answer.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>Passes over the weights after the prompt.</summary>
    public required long Steps { get; init; }

    /// <summary>Tokens those passes gave: all but the first, which the prompt's own pass yields, the end token and tokens taken back among them.</summary>
    public long DecodedTokens { get; init; }

    /// <summary>Times the answer went on in vanilla decoding after a failed check or a fault.</summary>
    public required long Fallbacks { get; init; }

    /// <summary>Tokens that the layers above the merging cutoff did not run.</summary>
    public long MergedTokens { get; init; }

    /// <summary>Bytes of KV cache that merging saved.</summary>
    public long KvBytesSaved { get; init; }

    /// <summary>Mean cosine of the merged pairs; 0 without any.</summary>
    public double MergeSimilarity { get; init; }

    /// <summary>From submission to the first step.</summary>
    public required TimeSpan QueueTime { get; init; }

    /// <summary>From the first step to the first token.</summary>
    public required TimeSpan PrefillTime { get; init; }

    /// <summary>From the first token to the last.</summary>
    public required TimeSpan DecodeTime { get; init; }

    /// <summary>Tokens per second after the first, (tokens − 1) / (time of the last − time of the first), those that came at once with the first and an end token left out; 0 where none came later.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>The seed the answer was drawn with.</summary>
    public required long Seed { get; init; }

    /// <summary><see cref="DecodedTokens"/> per pass over the weights, 1 without a drafter; 0 without a pass.</summary>
    public double TokensPerStep => Steps == 0 ? 0 : (double)DecodedTokens / Steps;
}
