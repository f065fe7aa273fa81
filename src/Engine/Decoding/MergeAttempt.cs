using Slerp.Engine.Cache;
using Slerp.Engine.Merging;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Decoding;

/// <summary>One sequence's attempt to run merged: what was asked for, what of it is in force, and what it saves. Given up, it leaves its figures.</summary>
/// <param name="asked">What was asked for.</param>
/// <param name="bytesPerMergedToken">Bytes of KV cache that each merged token saves.</param>
internal sealed class MergeAttempt(MergePlan asked, long bytesPerMergedToken)
{
    private MergePlan? _asked = asked;
    private MergeStats _left = MergeStats.None;

    /// <summary>What of the sequence is merged; null once it was given up.</summary>
    public MergePlan? Plan { get; private set; } = asked;

    /// <summary>How it is merged as it runs; null where it is not, or no more.</summary>
    public SequenceMerging? Merging { get; private set; }

    /// <summary>What came of it.</summary>
    public MergeStats Stats => Merging is { MergedTokens: > 0 } merging
        ? new MergeStats(merging.MergedTokens, merging.MergedTokens * bytesPerMergedToken, merging.MeanSimilarity) { ComparedPairs = merging.ComparedPairs }
        : _left;

    /// <summary>Starts from rows found in the cache: what they were merged by is inherited, what follows them is merged as asked.</summary>
    public void Enter(in PrefixMatch found)
    {
        Plan = _asked is PromptMergePlan prompt ? prompt.Continue(found.Plan, found.Rows) : _asked;
        Merging = Plan is null or PromptMergePlan { Spans.Count: 0 } ? null : SequenceMerging.For(Plan, found.MergedTokens);
    }

    /// <summary>Gives up: the rows are read again as they are, and nothing is saved any more.</summary>
    public void GiveUp()
    {
        _left = Stats with { KvBytesSaved = 0 };
        _asked = null;
        Plan = null;
        Merging = null;
    }
}
