using Slerp.Engine;

namespace Slerp.Connector.Resilience;

/// <summary>Moves the merging cutoff so that what is found to agree stays within a budget. Thread-safe.</summary>
/// <remarks>
/// <para>Formula: after so many compared tokens with the same cutoff, a share that agrees below the budget raises the least cutoff by a step, and one that uses less than half of
/// the budget lowers it by one; a request merges after the later of its own cutoff and that. It never ends at 1, which would merge nothing and so find nothing out.</para>
/// <para>Heuristics: steps of an eighth of the layers, at most seven of them; evidence of 64 tokens.</para>
/// </remarks>
/// <param name="budget">The least share of tokens that has to agree.</param>
internal sealed class CutoffSteering(double budget)
{
    private const double Step = 0.125;
    private const double Last = 0.875;
    private const int Evidence = 64;

    private readonly Lock _lock = new();
    private double _least;
    private double _asked;
    private int _tokens;
    private int _agreeing;

    /// <summary>Whether the cutoff cannot be raised any more.</summary>
    public bool IsAtItsEnd
    {
        get
        {
            lock (_lock)
            {
                return Math.Max(_least, _asked) >= Last;
            }
        }
    }

    /// <summary>The way of merging, its cutoff raised where that is needed. Cutoffs given as a layer are left alone.</summary>
    public MergingMode Apply(MergingMode asked)
    {
        lock (_lock)
        {
            return asked switch
            {
                MergingMode.PromptOnly { Cutoff: MergeCutoff.Share share } only => only with { Cutoff = Raised(share) },
                MergingMode.Incremental { Cutoff: MergeCutoff.Share share } incremental => incremental with { Cutoff = Raised(share) },
                _ => asked,
            };
        }
    }

    /// <summary>Notes a comparison.</summary>
    /// <returns>The least cutoff where it has moved; else null.</returns>
    public double? Note(AnswerAgreement agreement)
    {
        lock (_lock)
        {
            _tokens += agreement.Tokens;
            _agreeing += agreement.Agreeing;
            if (_tokens < Evidence)
            {
                return null;
            }

            var share = (double)_agreeing / _tokens;
            var before = Math.Max(_least, _asked);
            var after = share < budget ? Math.Min(Last, before + Step)
                : share > (1 + budget) / 2 ? Math.Max(_asked, before - Step)
                : before;
            (_tokens, _agreeing) = (0, 0);
            _least = after;
            return after == before ? null : after;
        }
    }

    private MergeCutoff.Share Raised(MergeCutoff.Share share)
    {
        // What requests ask for is where steering starts from.
        _asked = share.Fraction;
        return share.Fraction >= _least ? share : new MergeCutoff.Share(_least);
    }
}
