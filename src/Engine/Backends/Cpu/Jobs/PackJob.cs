using Slerp.Engine.Backends.Cpu.Kernels.Products;
using Slerp.Engine.Backends.Cpu.Memory;
using Slerp.Engine.Backends.Cpu.Threading;

namespace Slerp.Engine.Backends.Cpu.Jobs;

/// <summary>Packs a matrix panel by panel from rows as they are read: no second copy of it ever exists.</summary>
/// <param name="sources">One stack of rows, or two whose panels alternate.</param>
/// <param name="shape">The panel layout.</param>
/// <param name="panels">Where panels go.</param>
/// <param name="scratch">Room for the rows of a panel, per worker.</param>
internal unsafe struct PackJob(WeightRows[] sources, PanelShape shape, byte* panels, WorkerScratch scratch) : IParallelJob
{
    private readonly byte* _panels = panels;

    public readonly void Execute(int chunk, int worker)
    {
        var source = sources[chunk % sources.Length];
        var first = chunk / sources.Length * shape.Columns;
        var rows = Math.Min(shape.Columns, source.Rows - first);
        var panel = _panels + (chunk * shape.Bytes);
        if (shape.Format == PanelFormat.BFloat16 && source.IsBFloat16)
        {
            var values = (ushort*)scratch.Of(worker);
            source.ReadRaw(first, rows, new Span<byte>(values, rows * shape.K * sizeof(ushort)));
            PanelPacker.PackBFloat16(shape, values, rows, panel);
        }
        else
        {
            var values = (float*)scratch.Of(worker);
            source.Read(first, rows, new Span<float>(values, rows * shape.K));
            PanelPacker.Pack(shape, values, rows, panel);
        }
    }
}
