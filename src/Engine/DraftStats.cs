namespace Slerp.Engine;

/// <summary>What speculation did in one answer.</summary>
/// <param name="Rounds">Steps that ran a draft.</param>
/// <param name="Proposed">Tokens proposed.</param>
/// <param name="Accepted">Proposed tokens that were the model's own.</param>
/// <param name="Faults">Times the drafter failed; the answer went on without it, or without that draft.</param>
/// <param name="Sources">Counts by source, such as "recycling" and "lookup".</param>
public sealed record DraftStats(int Rounds, int Proposed, int Accepted, int Faults, IReadOnlyDictionary<string, DraftSourceStats> Sources)
{
    /// <summary>What the drafter failed with first, type and message; null where it did not.</summary>
    public string? FirstFault { get; init; }

    /// <summary>No speculation.</summary>
    public static DraftStats None { get; } = new(0, 0, 0, 0, new Dictionary<string, DraftSourceStats>());
}
