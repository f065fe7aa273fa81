namespace Slerp.Engine;

/// <summary>How the next token is chosen from the model's logits. A closed union.</summary>
public abstract record SamplingMode
{
    private SamplingMode()
    {
    }

    /// <summary>Always the most likely token; the lowest id on ties.</summary>
    public sealed record Greedy : SamplingMode
    {
        /// <summary>The one instance.</summary>
        public static Greedy Instance { get; } = new();
    }

    /// <summary>A draw from the distribution, truncated in the order top-k, top-p, min-p.</summary>
    /// <param name="Temperature">Divides the logits; above 0.</param>
    /// <param name="TopK">Keeps the k most likely tokens; 0 keeps all.</param>
    /// <param name="TopP">Keeps the smallest set of the most likely tokens that holds this much probability; in (0, 1], 1 keeps all.</param>
    /// <param name="MinP">Drops tokens below this share of the most likely one's probability; in [0, 1), 0 keeps all.</param>
    /// <param name="Seed">With the absolute position it fixes every draw: same seed, same text, whatever runs beside it.</param>
    public sealed record Stochastic(float Temperature, int TopK, float TopP, float MinP, long Seed) : SamplingMode;
}
