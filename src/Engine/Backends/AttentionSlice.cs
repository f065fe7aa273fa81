namespace Slerp.Engine.Backends;

/// <summary>One sequence's part of a step, as attention sees it.</summary>
/// <param name="Pages">Page of each block of <see cref="KvStore.PageRows"/> logical places.</param>
/// <param name="Committed">Rows held before the step.</param>
/// <param name="FirstRow">First row of the slice in the step.</param>
/// <param name="RowCount">Rows of the slice.</param>
internal readonly record struct AttentionSlice(int[] Pages, int Committed, int FirstRow, int RowCount);
