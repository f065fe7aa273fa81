namespace Slerp.Engine.Models;

/// <summary>Which sub-layers of a decoder are applied: attention and MLP of each layer, separately. Immutable.</summary>
/// <remarks>Source: Zhang et al. 2023, self-speculative decoding (2309.08168): a skipped sub-layer is passed by on the residual stream.</remarks>
internal sealed class LayerMask
{
    private readonly bool[] _skipsAttention;
    private readonly bool[] _skipsMlp;

    /// <summary>Creates a mask.</summary>
    /// <param name="layers">Layers of the decoder.</param>
    /// <param name="skippedAttention">Layers whose attention is skipped.</param>
    /// <param name="skippedMlp">Layers whose MLP is skipped.</param>
    public LayerMask(int layers, IEnumerable<int> skippedAttention, IEnumerable<int> skippedMlp)
    {
        _skipsAttention = Flags(layers, skippedAttention);
        _skipsMlp = Flags(layers, skippedMlp);
    }

    /// <summary>Layers of the decoder.</summary>
    public int Layers => _skipsAttention.Length;

    /// <summary>Whether the attention of a layer is skipped.</summary>
    public bool SkipsAttention(int layer) => _skipsAttention[layer];

    /// <summary>Whether the MLP of a layer is skipped.</summary>
    public bool SkipsMlp(int layer) => _skipsMlp[layer];

    /// <summary>A mask that skips nothing.</summary>
    public static LayerMask None(int layers) => new(layers, [], []);

    private static bool[] Flags(int layers, IEnumerable<int> skipped)
    {
        var flags = new bool[layers];
        foreach (var layer in skipped)
        {
            flags[layer] = true;
        }

        return flags;
    }
}
