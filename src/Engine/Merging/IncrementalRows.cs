using Slerp.Engine.Backends;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Merging;

/// <summary>The rows a sequence of so many tokens has above the cutoff, as the published method would make them anew. A value.</summary>
/// <param name="plan">S, M and E.</param>
/// <param name="tokens">n.</param>
internal readonly struct IncrementalRows(IncrementalMergePlan plan, int tokens)
{
    // Rows kept before the first pair: S and the first of the run.
    private readonly int _head = plan.KeepFirst + 1;

    /// <summary>Pairs.</summary>
    public int Pairs { get; } = MergeArithmetic.Pairs(tokens, plan.KeepFirst, plan.MinimumTokens, plan.KeepLast);

    /// <summary>Rows.</summary>
    public int Count => tokens - Pairs;

    /// <summary>The tokens row <paramref name="row"/> is made of; twice the same where it is kept.</summary>
    public MergePair TokensOf(int row)
    {
        if (row < _head)
        {
            return new MergePair(row, row);
        }

        var pair = row - _head;
        return pair < Pairs
            ? new MergePair(_head + (pair * 2), _head + (pair * 2) + 1)
            : new MergePair(row + Pairs, row + Pairs);
    }

    /// <summary>Rows that both begin with.</summary>
    public int CommonRows(IncrementalRows other) => Math.Min(
        Math.Min(Count, other.Count),
        Pairs == other.Pairs ? int.MaxValue : _head + Math.Min(Pairs, other.Pairs));
}
