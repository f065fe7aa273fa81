using Slerp.Engine;

namespace Slerp.Connector.Resilience;

/// <summary>Moves the merging cutoff so that what is found to agree stays within a budget. Thread-safe.</summary>
/// <remarks>
/// <para>Formula: of every 32 compared tokens or more, a share that agrees below the budget raises the least cutoff by a step; 256 tokens of which none of those shares used half
/// of the budget lower it by one. A lowering that has to be undone makes the next one wait four times as long. A request merges after the later of its own cutoff and that.
/// It never ends at 1, which would merge nothing and so find nothing out.</para>
/// <para>Heuristics: the numbers, and steps of an eighth of the layers.</para>
/// </remarks>
/// <param name="budget">The least share of tokens that has to agree.</param>
internal sealed class CutoffSteering(double budget)
{
    private const double Step = 0.125;
    private const double Last = 0.875;
    private const int Evidence = 32;
    private const int FirstPatience = 256;
    private const int MostPatience = 1 << 20;

    private readonly Lock _lock = new();
    private double _least;
    private double _asked;
    private int _tokens;
    private int _agreeing;
    private int _spared;
    private int _patience = FirstPatience;
    private bool _wasLowered;

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
            _spared = share > (1 + budget) / 2 ? _spared + _tokens : 0;
            (_tokens, _agreeing) = (0, 0);
            return share < budget ? Raise() : _spared >= _patience ? Lower() : null;
        }
    }

    private double? Raise()
    {
        _patience = _wasLowered ? Math.Min(MostPatience, _patience * 4) : _patience;
        return Move(Math.Max(_least, _asked) + Step, isLowering: false);
    }

    private double? Lower() => Move(Math.Max(_least, _asked) - Step, isLowering: true);

    private double? Move(double to, bool isLowering)
    {
        var before = Math.Max(_least, _asked);
        _least = Math.Max(_asked, Math.Min(Last, to));
        (_wasLowered, _spared) = (isLowering && _least != before, 0);
        return _least == before ? null : _least;
    }

    private MergeCutoff.Share Raised(MergeCutoff.Share share)
    {
        // What requests ask for is where steering starts from.
        _asked = share.Fraction;
        return share.Fraction >= _least ? share : new MergeCutoff.Share(_least);
    }
}
