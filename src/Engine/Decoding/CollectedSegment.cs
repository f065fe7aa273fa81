namespace Slerp.Engine.Decoding;

/// <summary>Tokens of a judged answer on their way to the reader.</summary>
/// <param name="Tokens">The tokens, in order.</param>
/// <param name="Statistics">One for each token.</param>
/// <param name="VisibleBytes">Bytes of the whole answer that may be shown after it.</param>
/// <param name="Finish">Why the answer ended with it, or null.</param>
/// <param name="Fault">Why the strategy could not go on; then there are no tokens.</param>
internal sealed record CollectedSegment(int[] Tokens, TokenStatistics[] Statistics, int VisibleBytes, FinishReason? Finish, StrategyFault? Fault)
{
    /// <summary>What only says that the prompt was read.</summary>
    public static CollectedSegment Prompt { get; } = new([], [], 0, null, null);
}
