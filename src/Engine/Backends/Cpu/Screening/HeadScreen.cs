using System.Numerics.Tensors;
using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Screening;

/// <summary>A coarse copy of an LM head, and how far any logit made with it can be from the head's own: what cannot be among the largest is never computed.</summary>
/// <remarks>
/// <para>Formula: for a row w of the head, ŵ of the copy and hidden state x, |w·x − ŵ·x| ≤ ‖w − ŵ‖ ‖x‖ (Cauchy and Schwarz). Panels whose coarse logits, raised by
/// that much, stay below the k-th largest logit known exactly hold none of the k largest. So the choice is exact; only its price depends on how tight the bound is.</para>
/// <para>Immutable after load but for <see cref="Prices"/>, which the engine thread keeps.</para>
/// </remarks>
internal sealed class HeadScreen(CpuMatrix coarse, float[] errors, float[] norms, bool sharesActivations) : IDisposable
{
    /// <summary>Most rows of a step that are screened: each of more has its own likely tokens, which together are in most panels.</summary>
    public const int MostRows = 16;

    /// <summary>Most of a row's largest that are looked for this way.</summary>
    public const int MostChosen = 64;

    /// <summary>Weights from which on a head is worth screening: a smaller one is read from the caches in less time than it takes to hand out the parts.</summary>
    public const long FewestWeights = 4 << 20;

    /// <summary>Added to every norm: what a sum of squares in 32 bits may lose, of millions of values, where squares are below the least float, and what kernels take for zero.</summary>
    public const float Underflow = 1e-19f;

    private const string Switch = "Slerp.DisableHeadScreen";

    // Beyond it a sum of products might overflow, which no bound foresees.
    private const float LargestReach = 1e30f;

    // Products this small are flushed to zero by some kernels.
    private const float Tiny = 1e-30f;

    // Sums of squares are in 32 bits, in any order.
    private const float Rounding = 1.001f;

    private readonly float _largestNorm = TensorPrimitives.Max<float>(norms);

    /// <summary>Whether the AppContext switch <c>Slerp.DisableHeadScreen</c> is set.</summary>
    public static bool IsSwitchedOff => AppContext.TryGetSwitch(Switch, out var isOff) && isOff;

    /// <summary>The copy, with 4 bits a weight.</summary>
    public CpuMatrix Coarse => coarse;

    /// <summary>Panels of the head: what is judged, and computed, together.</summary>
    public int Panels => errors.Length;

    /// <summary>What screening costs, and what it saves, in this process.</summary>
    public ScreenPrices Prices { get; } = new();

    /// <summary>Turns the largest coarse logit of each panel into a bound of its logits.</summary>
    /// <param name="x">The hidden row.</param>
    /// <param name="largest">The largest coarse logit of each panel; receives the bounds.</param>
    /// <returns>False where the row is not finite, or so large that logits might not be: there are no bounds then.</returns>
    public bool TryBound(ReadOnlySpan<float> x, Span<float> largest)
    {
        var norm = (TensorPrimitives.Norm(x) * Rounding) + Underflow;
        var lost = LostByQuantization(x);
        var reach = norm + lost;
        if (!(reach * _largestNorm < LargestReach))
        {
            return false;
        }

        // Two sums of k products in 32 bits and any order; halves of x that tiles multiply are exact to 16 bits.
        var rounding = (x.Length + 1024f) / (1 << 23) * reach;
        var byError = reach + rounding;
        var byNorm = rounding + (sharesActivations ? 0 : lost);
        TensorPrimitives.MultiplyAdd(errors, byError, largest, largest);
        TensorPrimitives.MultiplyAdd(norms, byNorm, largest, largest);
        TensorPrimitives.Add(largest, Tiny, largest);
        return float.IsFinite(TensorPrimitives.Max<float>(largest));
    }

    /// <inheritdoc />
    public void Dispose() => coarse.Dispose();

    // At most ‖x − x̂‖, x̂ being what the copy's kernels multiply: 8 bits with a scale per block.
    private static float LostByQuantization(ReadOnlySpan<float> x)
    {
        // Half a step, and what rounding the step itself may add.
        const float halfStep = 0.501f / 127;
        var sum = 0f;
        for (var begin = 0; begin < x.Length; begin += PanelShape.ScaleBlock)
        {
            var block = x.Slice(begin, Math.Min(PanelShape.ScaleBlock, x.Length - begin));
            var step = halfStep * TensorPrimitives.MaxMagnitude(block);
            sum += block.Length * step * step;
        }

        return (MathF.Sqrt(sum) * Rounding) + Underflow;
    }
}
