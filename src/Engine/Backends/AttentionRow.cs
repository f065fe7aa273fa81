namespace Slerp.Engine.Backends;

/// <summary>One row of a step, as attention sees it.</summary>
/// <param name="Slice">Index of its slice.</param>
/// <param name="Depth">Depth in its tree; its logical index is committed + Depth.</param>
/// <param name="IdentityDepth">Leading path nodes whose index equals their depth: their place is their logical index.</param>
/// <param name="PathStart">Where the rest of its path begins in the plan.</param>
internal readonly record struct AttentionRow(int Slice, int Depth, int IdentityDepth, int PathStart);
