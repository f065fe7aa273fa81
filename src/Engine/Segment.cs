namespace Slerp.Engine;

/// <summary>A run of the answer, handed over by <see cref="Generation.NextAsync"/>. Not visible to the user until accepted.</summary>
/// <param name="Text">Complete characters only; may be empty where the segment is the last, faulty, or held back by a stop text.</param>
/// <param name="Tokens">Tokens the run is made of; none where it only says that the prompt was read and judged.</param>
/// <param name="Finish">Why the answer ended, on the last segment; null before.</param>
public sealed record Segment(string Text, int Tokens, FinishReason? Finish)
{
    /// <summary>What the model thought of each token, probabilities only where a check asked for them; empty where the request is not judged.</summary>
    public ReadOnlyMemory<TokenStatistics> Statistics { get; init; }

    /// <summary>What the checks said, in their order. On the last segment those of the whole answer follow.</summary>
    public IReadOnlyList<Verdict> Verdicts { get; init; } = [];

    /// <summary>What the strategy failed with; then there is no text, and <see cref="Generation.RejectAsync"/> is the only way on.</summary>
    public StrategyFault? Fault { get; init; }
}
