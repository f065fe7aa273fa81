namespace Slerp.Engine;

/// <summary>What the model thought of one token it wrote.</summary>
/// <param name="Token">The token's id.</param>
/// <param name="LogProbability">Natural logarithm of its probability, before penalties, temperature and truncation.</param>
/// <param name="Entropy">Entropy of the distribution it was chosen from, in nats, before penalties, temperature and truncation.</param>
/// <remarks>Both are NaN where no check of the request asked for them (<see cref="IQualityCheck.NeedsProbabilities"/>).</remarks>
public readonly record struct TokenStatistics(int Token, float LogProbability, float Entropy)
{
    /// <summary>Whether probabilities were asked for.</summary>
    public bool IsScored => !float.IsNaN(LogProbability) || !float.IsNaN(Entropy);

    internal static TokenStatistics Unscored(int token) => new(token, float.NaN, float.NaN);
}
