using Slerp.Engine;

namespace Slerp.Connector.Resilience;

/// <summary>Moves the merging cutoff so that what is found to agree stays within a budget. Thread-safe.</summary>
/// <remarks>
/// <para>Formula: of every 32 compared tokens or more that were merged after one cutoff, a share that agrees below the budget raises the least cutoff to a step above it; 256 tokens
/// at the least cutoff of which none of those shares used half of the budget lower it by a step. A lowering that has to be undone makes the next one wait four times as long.
/// A request merges after the later of its own cutoff and that. What was merged before the least cutoff has moved is no evidence.
/// It never goes beyond 0.875, nor beyond the last cutoff that still merges a layer: one that merges nothing finds nothing out.</para>
/// <para>Heuristics: the numbers, and steps of an eighth of the layers.</para>
/// </remarks>
/// <param name="budget">The least share of tokens that has to agree.</param>
/// <param name="layers">Layers of the model.</param>
internal sealed class CutoffSteering(double budget, int layers)
{
    private const double Step = 0.125;
    private const int Evidence = 32;
    private const int FirstPatience = 256;
    private const int MostPatience = 1 << 20;

    // c = ⌊share · layers⌋ is the last layer that sees every row: layers - 2 leaves one that does not.
    private readonly double _last = Math.Min(0.875, Math.Max(0, layers - 2.0) / layers);
    private readonly Lock _lock = new();
    private readonly Dictionary<double, (int Tokens, int Agreeing, int Spared)> _evidence = [];
    private double _least;
    private double _start;
    private int _patience = FirstPatience;
    private bool _wasLowered;

    /// <summary>Whether the cutoff of an answer is one that is not raised any more.</summary>
    public bool IsAtItsEnd(double cutoff) => cutoff >= _last;

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
    /// <param name="agreement">What was found.</param>
    /// <param name="cutoff">The cutoff that answer was merged after.</param>
    /// <returns>The least cutoff where it has moved; else null.</returns>
    public double? Note(AnswerAgreement agreement, double cutoff)
    {
        lock (_lock)
        {
            if (cutoff < _least)
            {
                return null;
            }

            var (tokens, agreeing, spared) = _evidence.GetValueOrDefault(cutoff);
            (tokens, agreeing) = (tokens + agreement.Tokens, agreeing + agreement.Agreeing);
            if (tokens < Evidence)
            {
                _evidence[cutoff] = (tokens, agreeing, spared);
                return null;
            }

            var share = (double)agreeing / tokens;
            spared = share > (1 + budget) / 2 ? spared + tokens : 0;
            _evidence[cutoff] = (0, 0, spared);
            return share < budget && !IsAtItsEnd(cutoff) ? Raise(cutoff) : cutoff == _least && spared >= _patience ? Lower() : null;
        }
    }

    private double? Raise(double cutoff)
    {
        _patience = _wasLowered ? Math.Min(MostPatience, _patience * 4) : _patience;
        _start = _least == 0 ? cutoff : Math.Min(_start, cutoff);
        return Move(Math.Min(_last, cutoff + Step), isLowering: false);
    }

    // Down to where it was first raised from, it is what requests ask for that counts.
    private double? Lower() => Move(Math.Max(_start, _least - Step), isLowering: true);

    private double? Move(double to, bool isLowering)
    {
        var before = _least;
        _least = isLowering ? to : Math.Max(_least, to);
        _wasLowered = isLowering && _least != before;
        _evidence.Clear();
        return _least == before ? null : _least;
    }

    private MergeCutoff.Share Raised(MergeCutoff.Share share) => share.Fraction >= _least ? share : new MergeCutoff.Share(_least);
}
