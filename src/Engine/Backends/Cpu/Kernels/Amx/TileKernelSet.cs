using System.Runtime.Intrinsics;
using Slerp.Engine.Backends.Cpu.Kernels.Attention;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;
using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Kernels.Amx;

/// <summary>The kernels of AVX-512 with VNNI, but for the products and the attention that the tile unit does faster.</summary>
internal sealed unsafe class TileKernelSet : KernelSet<Lanes512, Vector512<float>, DotVnni, Vector256<int>, Lanes256, Vector256<float>>
{
    private const int BytesOfHalfStep = TileUnit.RowBytes / 2;

    public override int TileRows => TileUnit.Rows;

    public override IDisposable? EnterThread() => SignalStack.Grow();

    public override ActivationForm FormOf(in PanelShape shape, int rows) => shape.Format switch
    {
        // One arithmetic for any number of rows: bfloat16 always goes through the tiles, or, where k does not divide, never.
        PanelFormat.BFloat16 when shape.K % HalvedRows.Step == 0 => ActivationForm.HalfTiles,
        PanelFormat.Int8 when shape.BlockSize == PanelShape.ScaleBlock && rows >= ByteTile.FewestRows && shape.Blocks >= ByteTile.FewestBlocks => ActivationForm.IntegerTiles,
        _ => base.FormOf(shape, rows),
    };

    public override void Multiply(in ProductTask task, int first, int count, byte* scratch)
    {
        var rows = Math.Min(task.Rows, TileUnit.Rows);
        switch (task.Form)
        {
            case ActivationForm.HalfTiles:
                TileUnit.Configure(new TileShapes(rows, TileUnit.RowBytes, TileUnit.Rows));
                PanelProduct<Lanes512, Vector512<float>, HalfTile>.Multiply(task, first, count, (float*)scratch);
                TileUnit.Release();
                break;
            case ActivationForm.IntegerTiles:
                TileUnit.Configure(new TileShapes(rows, BytesOfHalfStep, TileUnit.Rows / 2));
                PanelProduct<Lanes256, Vector256<float>, ByteTile>.Multiply(task, first, count, (float*)scratch);
                TileUnit.Release();
                break;
            default:
                base.Multiply(task, first, count, scratch);
                break;
        }
    }

    public override long AttentionScratchBytes(in KvLayout layout) =>
        base.AttentionScratchBytes(layout) + (TileBlocks.Serves(layout) ? TileBlockRows.BytesOf(layout) : 0);

    public override void Attend(in AttentionTask task, in AttentionUnit unit, int part, byte* scratch)
    {
        if (!TileBlocks.Serves(task.Layout))
        {
            base.Attend(task, unit, part, scratch);
            return;
        }

        TileUnit.Configure(new TileShapes(Math.Min(unit.Count, TileUnit.Rows), TileUnit.RowBytes, TileUnit.Rows));
        AttentionKernel<Lanes512, Vector512<float>, TileBlocks>.Run(task, unit, part, scratch);
        TileUnit.Release();
    }
}
