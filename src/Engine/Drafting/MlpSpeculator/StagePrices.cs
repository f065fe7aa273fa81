namespace Slerp.Engine.Drafting.MlpSpeculator;

/// <summary>What the stages of a speculator cost, in steps of the target over one row: measured while decoding, and believed by size before that.</summary>
/// <remarks>
/// The fastest lately counts: what disturbs a measurement only ever makes it slower.
/// Prices only decide how much is guessed, never what is said.
/// </remarks>
internal sealed class StagePrices
{
    // Heuristic: how fast an old measurement gives way to slower ones.
    private const double Fade = 1.05;

    private readonly double[] _priors;
    private readonly double[] _seconds;
    private readonly StepPrices _target;

    /// <summary>Creates the prices of a speculator.</summary>
    /// <param name="priors">What is believed before anything was measured: weights of each stage over the target's.</param>
    /// <param name="target">What steps of the target cost.</param>
    public StagePrices(IEnumerable<double> priors, StepPrices target)
    {
        _target = target;
        _priors = [.. priors];
        _seconds = new double[_priors.Length];
    }

    /// <summary>The price of a stage.</summary>
    public double this[int stage] => _seconds[stage] > 0 ? _seconds[stage] / _target.Seconds : _priors[stage];

    /// <summary>A stage was run.</summary>
    public void Ran(int stage, TimeSpan elapsed) => _seconds[stage] = Lately(_seconds[stage], elapsed.TotalSeconds);

    /// <summary>A stage was too dear: it gets cheaper with time, so that it is tried again.</summary>
    public void Passed(int stage) => _seconds[stage] /= Fade;

    private static double Lately(double known, double measured) => known > 0 ? Math.Min(measured, known * Fade) : measured;
}
