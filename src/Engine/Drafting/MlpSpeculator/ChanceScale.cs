namespace Slerp.Engine.Drafting.MlpSpeculator;

/// <summary>How often guesses were right compared with how often the network thought they would be; older ones fade.</summary>
/// <remarks>Formula: Σ hits / Σ predicted chances. Greedy answers take the likeliest token always, so the network's own chances are too low for it.</remarks>
internal sealed class ChanceScale
{
    // Heuristic: as for hit rates; what was never tried is believed as it stands, weighing as four certain guesses.
    private const double Fade = 0.995;
    private const double Most = 0.98;
    private double _hits = 4;
    private double _predicted = 4;

    /// <summary>A predicted chance, corrected.</summary>
    public double Of(float predicted) => Math.Min(Most, predicted * (_hits / _predicted));

    /// <summary>Counts an observation.</summary>
    public void Count(float predicted, bool isHit)
    {
        _hits = (_hits * Fade) + (isHit ? 1 : 0);
        _predicted = (_predicted * Fade) + predicted;
    }
}
