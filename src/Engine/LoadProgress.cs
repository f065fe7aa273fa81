namespace Slerp.Engine;

/// <summary>How far loading a model is.</summary>
/// <param name="BytesDone">Checkpoint bytes read and packed.</param>
/// <param name="BytesTotal">Checkpoint bytes in all.</param>
public readonly record struct LoadProgress(long BytesDone, long BytesTotal)
{
    /// <summary>Share done, in [0, 1].</summary>
    public double Fraction => BytesTotal == 0 ? 1 : (double)BytesDone / BytesTotal;
}
