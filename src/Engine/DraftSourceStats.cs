namespace Slerp.Engine;

/// <summary>What one source of drafts did in one answer.</summary>
/// <param name="Proposed">Tokens proposed.</param>
/// <param name="Accepted">Proposed tokens that were the model's own.</param>
public sealed record DraftSourceStats(int Proposed, int Accepted);
