namespace Slerp.Engine.Backends.Cpu.Kernels.Reference;

/// <summary>Products with a matrix, as they are defined.</summary>
internal static class ReferenceProducts
{
    /// <summary>y = W x + b for each row of x.</summary>
    /// <remarks>
    /// <para>Formula: y[r][n] = Σ_k W[n][k] · x[r][k] + b[n].</para>
    /// <para>Shapes: w [outputs, inputs]; x [rows, inputs]; b [outputs] or empty; y [rows, outputs].  Accuracy: summed in 64 bits.</para>
    /// </remarks>
    public static void Linear(ReadOnlySpan<float> w, int outputs, int inputs, ReadOnlySpan<float> x, ReadOnlySpan<float> b, Span<float> y)
    {
        for (var r = 0; r < x.Length / inputs; r++)
        {
            for (var n = 0; n < outputs; n++)
            {
                var sum = 0.0;
                for (var k = 0; k < inputs; k++)
                {
                    sum += (double)w[(n * inputs) + k] * x[(r * inputs) + k];
                }

                y[(r * outputs) + n] = (float)(sum + (b.IsEmpty ? 0 : b[n]));
            }
        }
    }

    /// <summary>The gate of a gated MLP: y = silu(g) ⊙ u, silu(z) = z / (1 + e^-z).</summary>
    public static void Gate(ReadOnlySpan<float> g, ReadOnlySpan<float> u, Span<float> y)
    {
        for (var index = 0; index < y.Length; index++)
        {
            y[index] = (float)(g[index] / (1 + Math.Exp(-g[index])) * u[index]);
        }
    }
}
