namespace Slerp.Engine.Decoding;

/// <summary>Tokens of a judged answer on their way to the reader.</summary>
/// <param name="Tokens">The tokens, in order.</param>
/// <param name="Statistics">One for each token.</param>
/// <param name="VisibleBytes">Bytes of the whole answer that may be shown after it.</param>
/// <param name="Finish">Why the answer ended with it, or null.</param>
/// <param name="Fault">Why the strategy could not go on; then there are no tokens.</param>
internal sealed record CollectedSegment(int[] Tokens, TokenStatistics[] Statistics, int VisibleBytes, FinishReason? Finish, StrategyFault? Fault)
{
    /// <summary>What merging did to the prompt, where all it says is that the prompt was read; else null.</summary>
    public MergeStats? OfPrompt { get; private init; }

    /// <summary>Says that the prompt was read.</summary>
    /// <param name="merging">What merging did to it: noted now, for its rows may have to make room while it is judged.</param>
    public static CollectedSegment Prompt(MergeStats merging) => new([], [], 0, null, null) { OfPrompt = merging };
}
