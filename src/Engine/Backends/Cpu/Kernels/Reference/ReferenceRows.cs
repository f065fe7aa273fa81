namespace Slerp.Engine.Backends.Cpu.Kernels.Reference;

/// <summary>What is done to single rows, as it is defined. Accuracy: computed in 64 bits.</summary>
internal static class ReferenceRows
{
    /// <summary>y = x / √(mean(x²) + eps) ⊙ w.</summary>
    public static void RmsNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> w, float eps, Span<float> y)
    {
        var squares = 0.0;
        foreach (var value in x)
        {
            squares += (double)value * value;
        }

        var scale = 1 / Math.Sqrt((squares / x.Length) + eps);
        for (var index = 0; index < x.Length; index++)
        {
            y[index] = (float)(x[index] * scale * w[index]);
        }
    }

    /// <summary>Rotates one head in place: pairs (i, i + n/2); cosSin holds n/2 cosines, then n/2 sines.</summary>
    public static void Rotate(Span<float> x, ReadOnlySpan<float> cosSin)
    {
        var half = x.Length / 2;
        for (var index = 0; index < half; index++)
        {
            var (a, b) = ((double)x[index], (double)x[half + index]);
            var (cosine, sine) = ((double)cosSin[index], (double)cosSin[half + index]);
            x[index] = (float)((a * cosine) - (b * sine));
            x[half + index] = (float)((b * cosine) + (a * sine));
        }
    }

    /// <summary>softmax(q · k / √n) v over the rows of keys and values, n the length of q.</summary>
    public static void Attend(ReadOnlySpan<float> q, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, Span<float> y)
    {
        var count = keys.Length / q.Length;
        var weights = new double[count];
        for (var key = 0; key < count; key++)
        {
            weights[key] = Dot(q, keys.Slice(key * q.Length, q.Length)) / Math.Sqrt(q.Length);
        }

        var largest = weights.Max();
        var sum = 0.0;
        for (var key = 0; key < count; key++)
        {
            weights[key] = Math.Exp(weights[key] - largest);
            sum += weights[key];
        }

        for (var column = 0; column < q.Length; column++)
        {
            var total = 0.0;
            for (var key = 0; key < count; key++)
            {
                total += weights[key] * values[(key * q.Length) + column];
            }

            y[column] = (float)(total / sum);
        }
    }

    /// <summary>The half-way point of the arc from a to b: sin(θ/2) / sin θ · (a + b), cos θ = ⟨a, b⟩ / norms; the mean where the rows are nearly opposite.</summary>
    /// <remarks>Source: Shoemake 1985.</remarks>
    public static void Slerp(ReadOnlySpan<float> a, ReadOnlySpan<float> b, double norms, Span<float> y)
    {
        var cosine = norms > 0 ? Math.Clamp(Dot(a, b) / norms, -1, 1) : 0;
        var angle = Math.Acos(cosine);
        var scale = cosine < -0.9995 || angle == 0 ? 0.5 : Math.Sin(angle / 2) / Math.Sin(angle);
        for (var index = 0; index < y.Length; index++)
        {
            y[index] = (float)(scale * ((double)a[index] + b[index]));
        }
    }

    /// <summary>Σ a · b.</summary>
    public static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var index = 0; index < a.Length; index++)
        {
            sum += (double)a[index] * b[index];
        }

        return sum;
    }
}
