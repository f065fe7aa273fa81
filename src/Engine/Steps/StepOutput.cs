namespace Slerp.Engine.Steps;

/// <summary>The wanted rows of a step: logits, and the hidden rows they were made from. Fetched from the device only when read.</summary>
/// <remarks>Valid until the next forward pass with the same workspace. Engine thread only.</remarks>
internal abstract class StepOutput
{
    /// <summary>Wanted rows.</summary>
    public abstract int Rows { get; }

    /// <summary>Logits of a row.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>Width of a hidden row.</summary>
    public abstract int Width { get; }

    /// <summary>The most likely token of a row, the lowest id on ties; -1 where the row is not finite.</summary>
    public abstract int ArgMax(int row);

    /// <summary>The most likely tokens of a row with their logits, descending; destinations of equal length.</summary>
    public abstract void TopK(int row, Span<int> tokens, Span<float> logits);

    /// <summary>Copies the logits of a row.</summary>
    public abstract void CopyLogits(int row, Span<float> destination);

    /// <summary>Copies the hidden row after the final norm: what the LM head saw.</summary>
    public abstract void CopyHidden(int row, Span<float> destination);
}
