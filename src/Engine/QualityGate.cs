namespace Slerp.Engine;

/// <summary>What judges an answer, and whether its segments wait for the judgement. Immutable.</summary>
public sealed record QualityGate
{
    /// <summary>No checks; text flows as it comes.</summary>
    public static QualityGate None { get; } = new();

    /// <summary>Whether segments are collected and judged before they are handed over: for lossy strategies.</summary>
    /// <value>false.</value>
    public bool HoldsSegments { get; init; }

    /// <summary>Whether an answer of which nothing is to be merged flows all the same: there is nothing to go back from.</summary>
    /// <value>false.</value>
    public bool OnlyWhereMerged { get; init; }

    /// <summary>The checks, run in this order. Those of the scopes segment and prompt look only where segments are held.</summary>
    /// <value>None.</value>
    public IReadOnlyList<IQualityCheck> Checks { get; init; } = [];

    /// <summary>How long the checks of a segment may take together before the one that runs is abandoned.</summary>
    /// <value>One second.</value>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether one of several checks needs something that is made for it. One that cannot tell is foreign code that throws: it will when it is asked.</summary>
    internal static bool Needs(IReadOnlyList<IQualityCheck> checks, Func<IQualityCheck, bool> need)
    {
        foreach (var check in checks)
        {
            try
            {
                if (need(check))
                {
                    return true;
                }
            }
#pragma warning disable CA1031 // What it throws is told as its verdict when it is asked.
            catch (Exception)
#pragma warning restore CA1031
            {
                continue;
            }
        }

        return false;
    }
}
