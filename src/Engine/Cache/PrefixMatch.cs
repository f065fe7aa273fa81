using Slerp.Engine.Steps;

namespace Slerp.Engine.Cache;

/// <summary>Rows a request starts from.</summary>
/// <param name="Rows">Tokens whose rows are there; 0 for none.</param>
/// <param name="MergedTokens">Rows the layers above the plan's cutoff have fewer.</param>
/// <param name="Plan">How the rows were merged; null for not.</param>
internal readonly record struct PrefixMatch(int Rows, int MergedTokens, PromptMergePlan? Plan);
