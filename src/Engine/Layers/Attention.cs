using Slerp.Engine.Backends;

namespace Slerp.Engine.Layers;

/// <summary>Self-attention over the cached rows and the row's ancestors. MHA, GQA and MQA are this one class: only the head counts differ.</summary>
/// <remarks>Source: Vaswani et al. 2017; grouped heads: Shazeer 2019 (1911.02150), Ainslie et al. 2023 (2305.13245).</remarks>
internal sealed class Attention
{
    /// <summary>The fused projection [q | k | v].</summary>
    public required Linear QueryKeyValue { get; init; }

    /// <summary>The projection back to the residual stream.</summary>
    public required Linear Output { get; init; }

    /// <summary>Division into heads.</summary>
    public required HeadShape Heads { get; init; }

    /// <summary>Norm of each query head, or null.</summary>
    public RmsNorm? QueryNorm { get; init; }

    /// <summary>Norm of each key head, or null.</summary>
    public RmsNorm? KeyNorm { get; init; }

    /// <summary>Positions a row sees, itself included; 0 for all.</summary>
    public int Window { get; init; }

    /// <summary>residual += attention(x).</summary>
    /// <param name="step">The step.</param>
    /// <param name="layer">The applied layer: where keys and values are kept.</param>
    /// <param name="x">Normalised rows [rows, width].</param>
    /// <param name="residual">The residual stream [rows, width].</param>
    public void Forward(in StepContext step, int layer, Tensor x, Tensor residual)
    {
        var backend = step.Backend;
        var qkv = QueryKeyValue.Forward(step, x);
        if (QueryNorm is not null)
        {
            backend.NormHeads(qkv, 0, Heads.Heads, Heads.HeadSize, QueryNorm.Weight, QueryNorm.Epsilon);
        }

        if (KeyNorm is not null)
        {
            backend.NormHeads(qkv, Heads.Heads, Heads.KvHeads, Heads.HeadSize, KeyNorm.Weight, KeyNorm.Epsilon);
        }

        backend.Rotate(qkv, Heads, step.Rotations);
        step.Layout.Enter(layer, Window, step.Cache);
        backend.StoreKv(qkv, Heads, step.Cache.Store, step.Layout.StoreSlots);
        var mixed = step.Workspace.Rent(x.Rows, Heads.QueryColumns);
        backend.Attend(qkv, Heads, step.Cache.Store, step.Layout.Attention, mixed);
        Output.AddTo(step, mixed, residual);
    }
}
