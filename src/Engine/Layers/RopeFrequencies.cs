using Slerp.Engine.Checkpoints;

namespace Slerp.Engine.Layers;

/// <summary>The frequencies of rotary embeddings and their scalings, as pure functions over dh/2 values.</summary>
internal static class RopeFrequencies
{
    /// <summary>w_i = base^(-2i/dh).</summary>
    public static void Plain(double theta, int headSize, Span<float> frequencies)
    {
        for (var index = 0; index < frequencies.Length; index++)
        {
            frequencies[index] = (float)(1.0 / Math.Pow(theta, 2.0 * index / headSize));
        }
    }

    /// <summary>Every frequency divided by the factor.</summary>
    public static void ScaleLinear(RopeScaling.Linear scaling, Span<float> frequencies)
    {
        foreach (ref var frequency in frequencies)
        {
            frequency = (float)(frequency / scaling.Factor);
        }
    }

    /// <summary>Long wavelengths divided by the factor, short ones kept, a linear ramp over 1/wavelength between.</summary>
    public static void ScaleLlama3(RopeScaling.Llama3 scaling, Span<float> frequencies)
    {
        foreach (ref var frequency in frequencies)
        {
            var wavelength = 2 * Math.PI / frequency;
            if (wavelength > scaling.OriginalContext / scaling.LowFrequencyFactor)
            {
                frequency = (float)(frequency / scaling.Factor);
            }
            else if (wavelength >= scaling.OriginalContext / scaling.HighFrequencyFactor)
            {
                var smooth = ((scaling.OriginalContext / wavelength) - scaling.LowFrequencyFactor)
                    / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
                frequency = (float)(((1 - smooth) * frequency / scaling.Factor) + (smooth * frequency));
            }
        }
    }

    /// <summary>Interpolation by parts: fast frequencies kept, slow ones divided, a ramp over the dimension between.</summary>
    public static void ScaleYarn(RopeScaling.Yarn scaling, double theta, int headSize, Span<float> frequencies)
    {
        var low = CorrectionDimension(scaling.BetaFast, scaling.OriginalContext, theta, headSize);
        var high = CorrectionDimension(scaling.BetaSlow, scaling.OriginalContext, theta, headSize);
        if (scaling.Truncate)
        {
            low = Math.Floor(low);
            high = Math.Ceiling(high);
        }

        low = Math.Max(low, 0);
        high = Math.Min(high, headSize - 1);
        if (low == high)
        {
            high += 0.001;
        }

        for (var index = 0; index < frequencies.Length; index++)
        {
            var ramp = Math.Clamp((index - low) / (high - low), 0, 1);
            frequencies[index] = (float)((frequencies[index] / scaling.Factor * ramp) + (frequencies[index] * (1 - ramp)));
        }
    }

    /// <summary>What YaRN multiplies cosines and sines with: 0.1 ln(factor) + 1 unless the file says otherwise.</summary>
    public static double YarnMagnitude(RopeScaling.Yarn scaling)
    {
        if (scaling.AttentionFactor is { } factor)
        {
            return factor;
        }

        return scaling is { MagnitudeScale: { } scale, MagnitudeScaleAllDimensions: { } all }
            ? Magnitude(scaling.Factor, scale) / Magnitude(scaling.Factor, all)
            : Magnitude(scaling.Factor, 1);
    }

    /// <summary>The base for a text longer than the original context.</summary>
    public static double DynamicBase(RopeScaling.DynamicNtk scaling, double theta, int headSize, int length) =>
        theta * Math.Pow((scaling.Factor * length / scaling.OriginalContext) - (scaling.Factor - 1), headSize / (headSize - 2.0));

    private static double Magnitude(double factor, double scale) => factor <= 1 ? 1 : (0.1 * scale * Math.Log(factor)) + 1;

    private static double CorrectionDimension(double rotations, int context, double theta, int headSize) =>
        headSize * Math.Log(context / (rotations * 2 * Math.PI)) / (2 * Math.Log(theta));
}
