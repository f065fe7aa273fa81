using Slerp.Engine.Backends;

namespace Slerp.Engine.Merging;

/// <summary>One sequence's rows of a step, as they leave the cutoff layer.</summary>
/// <param name="Backend">Where they are.</param>
/// <param name="Hidden">The residual stream of the whole step.</param>
/// <param name="FirstRow">The sequence's first row in it.</param>
/// <param name="Count">Its rows: a chain.</param>
/// <param name="FirstToken">Which token of the sequence the first row is.</param>
/// <param name="UpperRows">Rows it holds in the layer above.</param>
internal readonly record struct MergeInput(IComputeBackend Backend, Tensor Hidden, int FirstRow, int Count, int FirstToken, int UpperRows);
