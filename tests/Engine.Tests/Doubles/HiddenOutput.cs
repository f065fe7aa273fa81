using Slerp.Engine.Steps;

namespace Slerp.Engine.Tests.Doubles;

/// <summary>The same hidden row for every row; no logits.</summary>
internal sealed class HiddenOutput(float[] hidden) : StepOutput
{
    public float[] Hidden => hidden;

    public override int Rows => int.MaxValue;

    public override int VocabularySize => 1;

    public override int Width => hidden.Length;

    public override int ArgMax(int row) => 0;

    public override void TopK(int row, Span<int> tokens, Span<float> logits) => tokens.Fill(-1);

    public override void CopyLogits(int row, Span<float> destination) => destination.Clear();

    public override void CopyHidden(int row, Span<float> destination) => hidden.CopyTo(destination);
}
