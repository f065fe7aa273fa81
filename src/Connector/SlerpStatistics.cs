namespace Slerp.Connector;

/// <summary>What one answer took, read back from a response. Immutable.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CachedPromptTokens">Prompt tokens found in the cache.</param>
/// <param name="OutputTokens">Tokens of the answer.</param>
/// <param name="Steps">Passes over the weights after the prompt.</param>
/// <param name="Fallbacks">Times the answer went on in vanilla decoding.</param>
/// <param name="QueueTime">From submission to the first step.</param>
/// <param name="PrefillTime">From the first step to the first token.</param>
/// <param name="DecodeTime">From the first token to the last.</param>
/// <param name="TokensPerSecond">Tokens per second after the first token.</param>
/// <param name="Seed">The seed the answer was drawn with.</param>
public sealed record SlerpStatistics(
    long PromptTokens,
    long CachedPromptTokens,
    long OutputTokens,
    long Steps,
    long Fallbacks,
    TimeSpan QueueTime,
    TimeSpan PrefillTime,
    TimeSpan DecodeTime,
    double TokensPerSecond,
    long Seed)
{
    /// <summary>Tokens of the answer per pass over the weights; 0 without a pass.</summary>
    public double TokensPerStep => Steps == 0 ? 0 : (double)OutputTokens / Steps;
}
