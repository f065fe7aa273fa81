namespace Slerp.Engine;

/// <summary>How sure a model is of its own text when nothing is merged: what drift is measured against.</summary>
/// <param name="LogProbabilityMean">Mean log-probability of a token it chooses greedily.</param>
/// <param name="LogProbabilitySpread">Standard deviation of the same.</param>
/// <param name="EntropyMean">Mean entropy of its distributions, in nats.</param>
/// <param name="EntropySpread">Standard deviation of the same.</param>
public sealed record QualityCalibration(double LogProbabilityMean, double LogProbabilitySpread, double EntropyMean, double EntropySpread)
{
    // A model that is always sure has no spread; a tenth of a nat is nothing to anyone.
    internal const double LeastSpread = 0.1;
}
