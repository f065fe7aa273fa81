namespace Slerp.Engine;

/// <summary>Which neighbours become one row. A closed union.</summary>
public abstract record MergePairing
{
    private MergePairing()
    {
    }

    /// <summary>By parity, as published: a run of rows keeps its first and its last one or two, the others are paired from the left.</summary>
    public sealed record Blind : MergePairing
    {
        /// <summary>The one instance.</summary>
        public static Blind Instance { get; } = new();
    }

    /// <summary>From left to right, each row with the next where their directions agree.</summary>
    /// <param name="Threshold">The least cosine, in [-1, 1].</param>
    public sealed record Similar(float Threshold) : MergePairing;
}
