namespace Slerp.Engine;

/// <summary>The last layer that sees every row. A closed union.</summary>
public abstract record MergeCutoff
{
    private MergeCutoff()
    {
    }

    /// <summary>A layer by its number; the model's last layer, or one beyond it, merges nothing.</summary>
    /// <param name="Index">c, from 0: layers 0 to c see every row.</param>
    public sealed record Layer(int Index) : MergeCutoff;

    /// <summary>A share of the model's layers: c = ⌊share · layers⌋.</summary>
    /// <param name="Fraction">From 0 (after the first layer) to 1 (never).</param>
    public sealed record Share(double Fraction) : MergeCutoff;

    /// <summary>c for a model of so many layers.</summary>
    internal int LayerOf(int layers) => this switch
    {
        Layer layer => Math.Min(layer.Index, layers),
        Share share => (int)Math.Floor(share.Fraction * layers),
        _ => throw new InvalidOperationException("Unknown kind of cutoff."),
    };
}
