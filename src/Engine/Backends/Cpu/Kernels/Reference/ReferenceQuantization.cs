using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Kernels.Reference;

/// <summary>What a weight or activation becomes in a format: the value that its integers stand for.</summary>
/// <remarks>Products of quantised operands are exact within a block, so a product of the values given here is the definition of the integer formats too.</remarks>
internal static class ReferenceQuantization
{
    private const int ScaleBlock = 32;

    /// <summary>Rows of weights in a format.</summary>
    public static void Weights(ReadOnlySpan<float> w, int inputs, WeightFormat format, Span<float> result)
    {
        var block = BlockOf(format, inputs);
        for (var row = 0; row < w.Length; row += inputs)
        {
            var largest = Largest(w.Slice(row, inputs));
            for (var k = 0; k < inputs; k += block)
            {
                var part = w.Slice(row + k, Math.Min(block, inputs - k));
                var target = result.Slice(row + k, part.Length);
                switch (format)
                {
                    case WeightFormat.BFloat16:
                        BFloat16Values(part, target);
                        break;
                    case WeightFormat.Int8Block32 or WeightFormat.Int8Channel:
                        var unsigned = ScaleCode.BaseOf(largest / 127f);
                        Integers(part, ScaleCode.Value(ScaleCode.Of(Largest(part) / 127f, unsigned), unsigned), -127f, 127f, target);
                        break;
                    case WeightFormat.Int4Block32:
                        var signed = SignedScaleCode.BaseOf(largest / 8f);
                        Integers(part, SignedScaleCode.Value(SignedScaleCode.Of(LargestSigned(part) / -8f, signed), signed), -8f, 7f, target);
                        break;
                    default:
                        part.CopyTo(target);
                        break;
                }
            }
        }
    }

    /// <summary>Rows of activations as a format's products see them.</summary>
    public static void Activations(ReadOnlySpan<float> x, int inputs, WeightFormat format, Span<float> result)
    {
        if (format is not (WeightFormat.Int8Block32 or WeightFormat.Int8Channel or WeightFormat.Int4Block32))
        {
            x.CopyTo(result);
            return;
        }

        var block = BlockOf(format, inputs);
        for (var row = 0; row < x.Length; row += inputs)
        {
            for (var k = 0; k < inputs; k += block)
            {
                var part = x.Slice(row + k, Math.Min(block, inputs - k));
                var m = Largest(part);
                var inverse = m > 1e-35f ? 127f / m : 0f;
                for (var index = 0; index < part.Length; index++)
                {
                    result[row + k + index] = (float)((double)MathF.Round(part[index] * inverse) * (m / 127f));
                }
            }
        }
    }

    /// <summary>Values rounded to bfloat16, to nearest even.</summary>
    public static void BFloat16Values(ReadOnlySpan<float> x, Span<float> result)
    {
        for (var index = 0; index < x.Length; index++)
        {
            result[index] = BFloat16.ToSingle(BFloat16.FromSingle(x[index]));
        }
    }

    private static int BlockOf(WeightFormat format, int inputs) =>
        format is WeightFormat.Int8Block32 or WeightFormat.Int4Block32 ? ScaleBlock : inputs;

    private static void Integers(ReadOnlySpan<float> part, float scale, float lowest, float highest, Span<float> target)
    {
        var inverse = scale == 0 ? 0 : 1f / scale;
        for (var index = 0; index < part.Length; index++)
        {
            target[index] = scale * Math.Clamp(MathF.Round(part[index] * inverse), lowest, highest);
        }
    }

    private static float Largest(ReadOnlySpan<float> part)
    {
        var largest = 0f;
        foreach (var value in part)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        return largest;
    }

    private static float LargestSigned(ReadOnlySpan<float> part)
    {
        var (smallest, largest) = (0f, 0f);
        foreach (var value in part)
        {
            smallest = MathF.Min(smallest, value);
            largest = MathF.Max(largest, value);
        }

        return largest >= -smallest ? largest : smallest;
    }
}
