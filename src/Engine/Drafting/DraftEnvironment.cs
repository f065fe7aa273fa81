namespace Slerp.Engine.Drafting;

/// <summary>What drafters are made from.</summary>
/// <param name="VocabularySize">Ids of the target's vocabulary.</param>
/// <param name="Costs">What rows cost on this machine.</param>
internal sealed record DraftEnvironment(int VocabularySize, CostCurve Costs);
