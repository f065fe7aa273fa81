namespace Slerp.Engine.Drafting.TreeGrowth;

/// <summary>A probability learned from hits and misses; older ones fade.</summary>
/// <param name="prior">What is believed before anything was seen.</param>
internal sealed class HitRate(double prior)
{
    // Heuristic: the prior counts as eight observations, and about the last two hundred are remembered.
    private const double Fade = 0.995;
    private double _hits = prior * 8;
    private double _tries = 8;

    /// <summary>The probability now.</summary>
    public double Value => _hits / _tries;

    /// <summary>Counts an observation.</summary>
    public void Count(bool isHit) => Count(isHit ? 1.0 : 0.0);

    /// <summary>Counts an observation that is a part of a hit.</summary>
    public void Count(double hit)
    {
        _hits = (_hits * Fade) + hit;
        _tries = (_tries * Fade) + 1;
    }
}
