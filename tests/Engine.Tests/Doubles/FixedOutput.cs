using Slerp.Engine.Steps;

namespace Slerp.Engine.Tests.Doubles;

/// <summary>Given rows of logits.</summary>
internal sealed class FixedOutput(params float[][] rows) : StepOutput
{
    public override int Rows => rows.Length;

    public override int VocabularySize => rows[0].Length;

    public override int Width => 1;

    public override int ArgMax(int row)
    {
        var best = 0;
        for (var index = 1; index < rows[row].Length; index++)
        {
            best = rows[row][index] > rows[row][best] ? index : best;
        }

        return rows[row].Any(float.IsNaN) || !float.IsFinite(rows[row][best]) ? -1 : best;
    }

    public override void TopK(int row, Span<int> tokens, Span<float> logits)
    {
        var best = rows[row].Select((value, index) => (value, index)).OrderByDescending(pair => pair.value).ThenBy(pair => pair.index).Take(tokens.Length).ToList();
        for (var index = 0; index < best.Count; index++)
        {
            (logits[index], tokens[index]) = best[index];
        }
    }

    public override void CopyLogits(int row, Span<float> destination) => rows[row].CopyTo(destination);

    public override void CopyHidden(int row, Span<float> destination) => destination.Clear();
}
