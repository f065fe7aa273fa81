using Slerp.Engine.Backends.Cpu.Kernels.Attention;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;
using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Kernels;

/// <summary>The kernels compiled for one kind of float vector and one kind of integer sum.</summary>
internal unsafe class KernelSet<TLanes, TVector, TDot, TSums, TDotLanes, TDotVector> : KernelSet
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
    where TDot : struct, IDotLanes<TSums, TDotVector>
    where TSums : unmanaged
    where TDotLanes : struct, ILanes<TDotVector>
    where TDotVector : unmanaged
{
    public override int PanelWidth => TLanes.Count * 2;

    public override int ProductScratchBytes => PanelProduct<TLanes, TVector, FloatPanelTile<TLanes, TVector, Float32Pairs<TLanes, TVector>>>.ScratchBytes;

    public override PanelShape ShapeOf(WeightFormat format, int k) => format switch
    {
        WeightFormat.Float32 => new PanelShape(PanelFormat.Float32, PanelWidth, k, k, 1, 0),
        WeightFormat.BFloat16 => new PanelShape(PanelFormat.BFloat16, PanelWidth, k, k, 1, 0),
        WeightFormat.Int8Block32 => Integers(PanelFormat.Int8, k, PanelShape.ScaleBlock, TDot.WeightOffset),
        WeightFormat.Int8Channel => Integers(PanelFormat.Int8, k, RoundUp(k), TDot.WeightOffset),
        WeightFormat.Int4Block32 => Integers(PanelFormat.Int4, k, PanelShape.ScaleBlock, PanelShape.NibbleOffset),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "The format must be resolved before its layout is asked for."),
    };

    public override void Multiply(in ProductTask task, int first, int count, byte* scratch)
    {
        var c = (float*)scratch;
        switch (task.Format)
        {
            case PanelFormat.Float32:
                PanelProduct<TLanes, TVector, FloatPanelTile<TLanes, TVector, Float32Pairs<TLanes, TVector>>>.Multiply(task, first, count, c);
                break;
            case PanelFormat.BFloat16:
                PanelProduct<TLanes, TVector, FloatPanelTile<TLanes, TVector, BFloat16Pairs<TLanes, TVector>>>.Multiply(task, first, count, c);
                break;
            case PanelFormat.Int8:
                PanelProduct<TDotLanes, TDotVector, IntegerPanelTile<TDot, TSums, TDotLanes, TDotVector, ByteGroups<TDot, TSums, TDotLanes, TDotVector>>>
                    .Multiply(task, first, count, c);
                break;
            default:
                PanelProduct<TDotLanes, TDotVector, IntegerPanelTile<TDot, TSums, TDotLanes, TDotVector, NibbleGroups<TDot, TSums, TDotLanes, TDotVector>>>
                    .Multiply(task, first, count, c);
                break;
        }
    }

    public override void Quantize(in PanelShape shape, float* x, QuantizedRows rows) =>
        ActivationQuantizer<TDot, TSums, TDotLanes, TDotVector>.Row(x, shape.K, shape.Offset, rows);

    public override void Attend(in AttentionTask task, in AttentionUnit unit, int part, byte* scratch)
    {
        if (task.Layout.Format == KvFormat.Float32)
        {
            AttentionKernel<TLanes, TVector, VectorBlocks<TLanes, TVector, Float32Pairs<TLanes, TVector>>>.Run(task, unit, part, scratch);
        }
        else
        {
            AttentionKernel<TLanes, TVector, VectorBlocks<TLanes, TVector, BFloat16Pairs<TLanes, TVector>>>.Run(task, unit, part, scratch);
        }
    }

    public override void Combine(in AttentionTask task, in AttentionUnit unit, byte* scratch)
    {
        // Only floats are joined: the format of keys and values no longer matters.
        AttentionKernel<TLanes, TVector, VectorBlocks<TLanes, TVector, Float32Pairs<TLanes, TVector>>>.Combine(task, unit, scratch);
    }

    public override void RmsNorm(float* x, float* w, int n, float eps, float* y) => RowKernels<TLanes, TVector>.RmsNorm(x, w, n, eps, y);

    public override void Rotate(float* x, float* cosSin, int n) => RowKernels<TLanes, TVector>.Rotate(x, cosSin, n);

    public override float Dot(float* a, float* b, int n) => RowKernels<TLanes, TVector>.Dot(a, b, n);

    public override void ScaledSum(float* a, float* b, float s, int n, float* y) => RowKernels<TLanes, TVector>.ScaledSum(a, b, s, n, y);

    public override int ArgMax(float* x, int n) => Selection<TLanes, TVector>.ArgMax(x, n);

    public override int ArgMax(float* x, float* maxima, int n) => Selection<TLanes, TVector>.ArgMax(x, maxima, n);

    public override void TopK(float* x, float* maxima, int n, int k, int* indices, float* values) =>
        Selection<TLanes, TVector>.TopK(x, maxima, n, k, indices, values);

    public override void TopK(float* x, int n, int k, int* indices, float* values) => Selection<TLanes, TVector>.TopK(x, n, k, indices, values);

    public override void TopK(float* x, int n, ReadOnlySpan<int> parts, int partSize, int k, int* indices, float* values) =>
        Selection<TLanes, TVector>.TopK(x, n, parts, partSize, k, indices, values);

    private static PanelShape Integers(PanelFormat format, int k, int block, int offset) =>
        new(format, TDot.Count * 2, k, block, TDot.Group, offset);

    private static int RoundUp(int k) => (k + PanelShape.ScaleBlock - 1) / PanelShape.ScaleBlock * PanelShape.ScaleBlock;
}
