namespace Slerp.Engine.Drafting.LayerSkipping;

/// <summary>When a draft ends: after a token the draft was not sure of, which is still submitted, or at the longest draft.</summary>
/// <remarks>
/// <para>Formula: AR ← b₁·AR + (1 − b₁)·matched/drafted, AR₀ = 0.  th' = th + ε where AR is below its target, th where the draft had full length, else
/// th − ε;  th ← b₂·th + (1 − b₂)·th'.</para>
/// <para>Source: Zhang et al. 2023 (2309.08168), with the paper's K = 12, th₀ = 0.6, target 0.9, and its code's b₁ = 0.5, b₂ = 0.9, ε = 0.01. One for each
/// sequence: a threshold carried on would let one conversation's speed tell of another.</para>
/// </remarks>
internal sealed class AdaptiveExit
{
    /// <summary>Tokens of the longest draft.</summary>
    public const int MaxTokens = 12;

    private const double TargetRate = 0.9;
    private const double RateMemory = 0.5;
    private const double ThresholdMemory = 0.9;
    private const double Step = 0.01;

    /// <summary>The probability below which a drafted token is the last.</summary>
    public double Threshold { get; private set; } = 0.6;

    /// <summary>The share of drafted tokens that were right, recent rounds weighing most.</summary>
    public double AcceptanceRate { get; private set; }

    /// <summary>Whether to draft on after a token of this probability, the last of so many.</summary>
    public bool GoesOn(double probability, int drafted) => drafted < MaxTokens && probability >= Threshold;

    /// <summary>Learns from a verification.</summary>
    public void Learn(int matched, int drafted)
    {
        AcceptanceRate = (RateMemory * AcceptanceRate) + ((1 - RateMemory) * matched / drafted);
        var wanted = AcceptanceRate < TargetRate ? Threshold + Step
            : drafted == MaxTokens ? Threshold
            : Threshold - Step;
        Threshold = (ThresholdMemory * Threshold) + ((1 - ThresholdMemory) * wanted);
    }
}
