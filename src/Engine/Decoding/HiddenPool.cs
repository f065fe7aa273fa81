using Slerp.Engine.Steps;

namespace Slerp.Engine.Decoding;

/// <summary>Pools the hidden states of one text, row by row, into one vector of length 1.</summary>
/// <remarks>
/// <para>Formula: v = Σ h(i) / n (mean) or h(n) (last), each h after the final norm; the result is v / |v|, or zeros where |v| = 0.</para>
/// <para>Shapes: h [width]; the result [width]. Units: none.</para>
/// <para>Accuracy: summed in double precision in the order of positions, so that chunks and batches cannot change a bit.</para>
/// <para>Written by the engine thread, read after the sequence has ended.</para>
/// </remarks>
internal sealed class HiddenPool(Pooling pooling) : IRowReader
{
    private double[] _sum = [];
    private float[] _row = [];
    private int _count;

    /// <inheritdoc />
    public WantedRows Wanted(int position, int rows) => WantedRows.Hidden;

    /// <inheritdoc />
    public void Take(StepOutput output, int firstRow, int rows, int position)
    {
        if (_sum.Length == 0)
        {
            (_sum, _row) = (new double[output.Width], new float[output.Width]);
        }

        for (var row = _count - position; row < rows; row++, _count++)
        {
            output.CopyHidden(firstRow + row, _row);
            for (var column = 0; column < _row.Length; column++)
            {
                _sum[column] = _row[column] + (pooling == Pooling.Mean ? _sum[column] : 0);
            }
        }
    }

    /// <summary>The vector.</summary>
    /// <exception cref="NumericalException">A hidden state is not finite.</exception>
    public float[] Vector()
    {
        var squares = 0.0;
        foreach (var value in _sum)
        {
            squares += value * value;
        }

        if (!double.IsFinite(squares))
        {
            throw new NumericalException(
                $"The hidden states of a text of {_count} tokens are not finite. The weights or the text drive the model out of range; other requests go on.");
        }

        var length = squares > 0 ? Math.Sqrt(squares) : 1;
        return Array.ConvertAll(_sum, value => (float)(value / length));
    }
}
