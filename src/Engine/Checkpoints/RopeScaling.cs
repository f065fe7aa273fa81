namespace Slerp.Engine.Checkpoints;

/// <summary>How rotary positions are stretched beyond the context a model was first trained on.</summary>
/// <remarks>A closed union. Parameters as written in config.json; the arithmetic is in Layers.</remarks>
internal abstract record RopeScaling
{
    private RopeScaling()
    {
    }

    /// <summary>Positions as they are.</summary>
    internal sealed record None : RopeScaling;

    /// <summary>Positions divided by a factor.</summary>
    /// <param name="Factor">The divisor, at least 1.</param>
    internal sealed record Linear(double Factor) : RopeScaling;

    /// <summary>A base that grows with the length once it passes the original context (NTK-aware).</summary>
    /// <param name="Factor">The scaling factor, at least 1.</param>
    /// <param name="OriginalContext">The context below which nothing changes, in tokens.</param>
    internal sealed record DynamicNtk(double Factor, int OriginalContext) : RopeScaling;

    /// <summary>Low frequencies divided, high ones kept, a ramp between (Llama 3.1).</summary>
    /// <param name="Factor">The divisor of the low frequencies, at least 1.</param>
    /// <param name="LowFrequencyFactor">Wavelengths above original context / this are low frequencies.</param>
    /// <param name="HighFrequencyFactor">Wavelengths below original context / this are high frequencies; greater than the low factor.</param>
    /// <param name="OriginalContext">The context of the first training, in tokens.</param>
    internal sealed record Llama3(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalContext) : RopeScaling;

    /// <summary>Interpolation by parts with a temperature for attention (YaRN, arXiv 2309.00071).</summary>
    /// <param name="Factor">The scaling factor, at least 1.</param>
    /// <param name="OriginalContext">The context of the first training, in tokens.</param>
    /// <param name="BetaFast">Rotations above which a frequency is kept.</param>
    /// <param name="BetaSlow">Rotations below which a frequency is divided.</param>
    /// <param name="AttentionFactor">Multiplies cosine and sine; null where it follows from the factor or the two scales below.</param>
    /// <param name="MagnitudeScale">"mscale" of the file, or null.</param>
    /// <param name="MagnitudeScaleAllDimensions">"mscale_all_dim" of the file, or null.</param>
    /// <param name="Truncate">Whether the ramp's ends are rounded to whole dimensions.</param>
    internal sealed record Yarn(
        double Factor,
        int OriginalContext,
        double BetaFast,
        double BetaSlow,
        double? AttentionFactor,
        double? MagnitudeScale,
        double? MagnitudeScaleAllDimensions,
        bool Truncate) : RopeScaling;
}
