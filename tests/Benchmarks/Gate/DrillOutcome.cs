namespace Slerp.Benchmarks.Gate;

/// <summary>What became of an answer with a fault in it.</summary>
internal sealed record DrillOutcome
{
    /// <summary>Whether what was shown at any time is the beginning of what should be shown.</summary>
    public required bool PrefixOk { get; init; }

    /// <summary>Whether all after the last accepted segment is what vanilla decoding of the unmerged prompt goes on with.</summary>
    public required bool EqualsVanilla { get; init; }

    /// <summary>Whether the accepted text is not what vanilla decoding would have begun with: then the strategy cost something.</summary>
    public required bool StrategyDiffers { get; init; }

    /// <summary>Pages of the KV cache that nobody holds and nobody may take.</summary>
    public required int PagesLeaked { get; init; }

    /// <summary>What the meter said.</summary>
    public required IReadOnlyList<(string? Reason, string? Stage)> Told { get; init; }

    /// <summary>The reason in the response; null where it did not fall back.</summary>
    public required string? Reason { get; init; }

    /// <summary>Segments accepted before.</summary>
    public required int AcceptedSegments { get; init; }

    /// <summary>Tokens accepted before.</summary>
    public required int AcceptedTokens { get; init; }

    /// <summary>Tokens of the answer by its usage, and by what it should be.</summary>
    public required (long Told, int Expected) Tokens { get; init; }

    /// <summary>Why it ended.</summary>
    public required string? Finish { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Elapsed { get; init; }
}
