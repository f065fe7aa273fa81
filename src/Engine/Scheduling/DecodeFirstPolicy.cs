namespace Slerp.Engine.Scheduling;

/// <summary>Who runs in the next step: everyone who decodes, then prompts in order of arrival within a budget of tokens.</summary>
/// <remarks>A pure function. Decoding never waits for a prompt; the oldest prompt always moves, so nobody starves.</remarks>
internal static class DecodeFirstPolicy
{
    /// <summary>Writes one share for each sequence that runs; returns how many.</summary>
    /// <param name="pendingTokens">Pending tokens of each running sequence, oldest first; 1 means it decodes, 0 that it does not run.</param>
    /// <param name="promptBudget">Most prompt tokens of the step, at least 1.</param>
    /// <param name="shares">Receives the shares, decoders first; at least as long as <paramref name="pendingTokens"/>.</param>
    public static int Plan(ReadOnlySpan<int> pendingTokens, int promptBudget, Span<StepShare> shares)
    {
        var count = 0;
        for (var index = 0; index < pendingTokens.Length; index++)
        {
            if (pendingTokens[index] == 1)
            {
                shares[count++] = new StepShare(index, 1);
            }
        }

        var left = promptBudget;
        for (var index = 0; index < pendingTokens.Length && left > 0; index++)
        {
            if (pendingTokens[index] > 1)
            {
                var tokens = Math.Min(left, pendingTokens[index]);
                shares[count++] = new StepShare(index, tokens);
                left -= tokens;
            }
        }

        return count;
    }
}
