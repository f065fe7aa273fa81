namespace Slerp.Engine;

/// <summary>What the model thought of one token it wrote.</summary>
/// <param name="Token">The token's id.</param>
/// <param name="LogProbability">Natural logarithm of its probability, before penalties, temperature and truncation.</param>
/// <param name="Entropy">Entropy of the distribution it was chosen from, in nats, before penalties, temperature and truncation.</param>
public readonly record struct TokenStatistics(int Token, float LogProbability, float Entropy);
