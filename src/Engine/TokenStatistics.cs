namespace Slerp.Engine;

/// <summary>What the model thought of one token it wrote.</summary>
/// <param name="Token">The token's id.</param>
/// <param name="LogProbability">Natural logarithm of its probability, before penalties, temperature and truncation.</param>
/// <param name="Entropy">Entropy of the distribution it was chosen from, in nats, before penalties, temperature and truncation.</param>
/// <remarks>Where no check of the request asked for them (<see cref="IQualityCheck.NeedsProbabilities"/>) both are NaN, and <see cref="IsScored"/> is false.</remarks>
public readonly record struct TokenStatistics(int Token, float LogProbability, float Entropy)
{
    /// <summary>Whether probabilities were asked for: a value that is not a number is a fault then.</summary>
    public bool IsScored { get; private init; } = true;

    internal static TokenStatistics Unscored(int token) => new(token, float.NaN, float.NaN) { IsScored = false };
}
