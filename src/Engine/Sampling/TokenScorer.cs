using System.Numerics.Tensors;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Sampling;

/// <summary>How probable a chosen token was, and how undecided the model.</summary>
/// <remarks>
/// <para>Formula: with z_i = x_i − max x, S = Σ e^z_i: log p(t) = z_t − ln S; H = ln S − (Σ e^z_i z_i) / S.</para>
/// <para>Shapes: x, one row of logits. Units: nats. Error: 32-bit sums, about 1e-5 relative.</para>
/// <para>Scratch memory is kept; one per sequence, engine thread only.</para>
/// </remarks>
internal sealed class TokenScorer
{
    // e^-80 is nothing beside 1, and 0 · -∞ would not be a number.
    private const float Floor = -80;

    private float[] _shifted = [];
    private float[] _weights = [];
    private int _count;

    /// <summary>Reads a row, before a token is chosen from it: whoever computes logits learns in time that all are wanted.</summary>
    public void Read(StepOutput output, int row)
    {
        _count = output.VocabularySize;
        if (_shifted.Length < _count)
        {
            _shifted = new float[_count];
            _weights = new float[_count];
        }

        output.CopyLogits(row, _shifted.AsSpan(0, _count));
    }

    /// <summary>Scores the token chosen from the row last read, whose maximum is finite. Once for each row.</summary>
    public TokenStatistics Score(int token)
    {
        var shifted = _shifted.AsSpan(0, _count);
        var weights = _weights.AsSpan(0, _count);
        TensorPrimitives.Subtract(shifted, TensorPrimitives.Max<float>(shifted), shifted);
        TensorPrimitives.Max(shifted, Floor, shifted);
        TensorPrimitives.Exp<float>(shifted, weights);
        var sum = TensorPrimitives.Sum<float>(weights);
        var logSum = MathF.Log(sum);
        return new TokenStatistics(token, shifted[token] - logSum, logSum - (TensorPrimitives.Dot<float>(weights, shifted) / sum));
    }
}
