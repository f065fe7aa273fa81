using System.Runtime.Intrinsics;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;
using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Kernels.Vnni;

/// <summary>The kernels of AVX-512, but for products of 8-bit and 4-bit weights with a scale per 32 of k, which take dot products of 512 bits.</summary>
/// <param name="fewestRows">Rows from which they do; fewer go through <typeparamref name="TDot"/>, whose panels then have to be laid out alike.</param>
internal sealed unsafe class WideKernelSet<TDot, TSums, TDotLanes, TDotVector>(int fewestRows) : KernelSet<Lanes512, Vector512<float>, TDot, TSums, TDotLanes, TDotVector>
    where TDot : struct, IDotLanes<TSums, TDotVector>
    where TSums : unmanaged
    where TDotLanes : struct, ILanes<TDotVector>
    where TDotVector : unmanaged
{
    public override int TileRows => WideTile.Rows;

    public override PanelShape ShapeOf(WeightFormat format, int k) => format switch
    {
        WeightFormat.Int8Block32 => WideTile.ShapeOf(PanelFormat.Int8, k),
        WeightFormat.Int4Block32 => WideTile.ShapeOf(PanelFormat.Int4, k),
        _ => base.ShapeOf(format, k),
    };

    public override ActivationForm FormOf(in PanelShape shape, int rows) =>
        IsWide(shape) && rows >= fewestRows ? ActivationForm.IntegerTiles : base.FormOf(shape, rows);

    public override void Quantize(in PanelShape shape, float* x, QuantizedRows rows)
    {
        if (IsWide(shape))
        {
            ActivationQuantizer<DotVnni, Vector256<int>, Lanes256, Vector256<float>>.Row(x, shape.K, shape.Offset, rows);
        }
        else
        {
            base.Quantize(shape, x, rows);
        }
    }

    public override void Multiply(in ProductTask task, int first, int count, byte* scratch)
    {
        if (task.Form == ActivationForm.IntegerTiles)
        {
            PanelProduct<Lanes256, Vector256<float>, WideTile>.Multiply(task, first, count, (float*)scratch);
        }
        else
        {
            base.Multiply(task, first, count, scratch);
        }
    }

    // Of a narrow matrix one scale per channel is one per 32 of k as well, but perhaps in another layout.
    private static bool IsWide(in PanelShape shape) => shape == WideTile.ShapeOf(shape.Format, shape.K);
}
