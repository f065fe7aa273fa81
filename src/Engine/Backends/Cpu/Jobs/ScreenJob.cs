using System.Numerics.Tensors;
using Slerp.Engine.Backends.Cpu.Kernels.Products;
using Slerp.Engine.Backends.Cpu.Memory;
using Slerp.Engine.Backends.Cpu.Screening;
using Slerp.Engine.Backends.Cpu.Threading;

namespace Slerp.Engine.Backends.Cpu.Jobs;

/// <summary>Packs the coarse copy of a head panel by panel, and notes for each row ‖w − ŵ‖, from what the head keeps to what the copy keeps, and ‖ŵ‖; neither too small.</summary>
/// <param name="source">The head's rows.</param>
/// <param name="coarse">The layout of the copy.</param>
/// <param name="panels">Where its panels go.</param>
/// <param name="head">The layout of the head.</param>
/// <param name="headPanels">Its panels, packed.</param>
/// <param name="scratch">Room for the rows of a panel, per worker.</param>
/// <param name="errors">Receives the former.</param>
/// <param name="norms">Receives the latter.</param>
internal unsafe struct ScreenJob(
    WeightRows source, PanelShape coarse, byte* panels, PanelShape head, byte* headPanels, WorkerScratch scratch, float[] errors, float[] norms) : IParallelJob
{
    // Sums of squares are in 32 bits.
    private const double Rounding = 1.001;

    private readonly byte* _panels = panels;
    private readonly byte* _headPanels = headPanels;

    public readonly void Execute(int chunk, int worker)
    {
        var first = chunk * coarse.Columns;
        var rows = Math.Min(coarse.Columns, source.Rows - first);
        var panel = _panels + (chunk * coarse.Bytes);
        var values = (float*)scratch.Of(worker);
        source.Read(first, rows, new Span<float>(values, rows * coarse.K));
        PanelPacker.Pack(coarse, values, rows, panel);
        for (var row = 0; row < rows; row++)
        {
            var w = values + ((long)row * coarse.K);
            var norm = (double)TensorPrimitives.Norm(new ReadOnlySpan<float>(w, coarse.K));
            var error = IntegerPacker.Error(coarse, w, row, panel);
            errors[first + row] = (float)((error + HeadError(first + row, w, norm)) * Rounding) + HeadScreen.Underflow;
            norms[first + row] = (float)((norm + error) * Rounding) + HeadScreen.Underflow;
        }
    }

    // From the checkpoint's row to the head's.
    private readonly double HeadError(int row, float* w, double norm)
    {
        var (panel, column) = Math.DivRem(row, head.Columns);
        return head.Format switch
        {
            PanelFormat.Float32 => 0,
            PanelFormat.BFloat16 => source.IsBFloat16 ? 0 : norm / 256,
            _ => IntegerPacker.Error(head, w, column, _headPanels + (panel * head.Bytes)),
        };
    }
}
