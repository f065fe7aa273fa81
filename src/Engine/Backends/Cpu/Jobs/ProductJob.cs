using Slerp.Engine.Backends.Cpu.Kernels;
using Slerp.Engine.Backends.Cpu.Kernels.Products;
using Slerp.Engine.Backends.Cpu.Memory;
using Slerp.Engine.Backends.Cpu.Threading;

namespace Slerp.Engine.Backends.Cpu.Jobs;

/// <summary>A product, some panels at a time.</summary>
internal struct ProductJob(KernelSet kernels, WorkerScratch scratch, ProductTask task, int panels, int panelsPerChunk) : IParallelJob
{
    private ProductTask _task = task;

    public unsafe void Execute(int chunk, int worker)
    {
        var first = chunk * panelsPerChunk;
        kernels.Multiply(_task, first, Math.Min(panelsPerChunk, panels - first), scratch.Of(worker));
    }
}

/// <summary>A product's panels that somebody chose, in ascending order; nothing of those between is read.</summary>
internal unsafe struct ScatteredProductJob(KernelSet kernels, WorkerScratch scratch, ProductTask task, int* panels, int count, int panelsPerChunk) : IParallelJob
{
    private const nint Line = 64;

    private readonly int* _panels = panels;

    public readonly void Execute(int chunk, int worker)
    {
        var own = task;
        var end = Math.Min(count, (chunk + 1) * panelsPerChunk);
        for (var index = chunk * panelsPerChunk; index < end; index++)
        {
            // The last one asks for what it reads anyway.
            own.NextPanel = index + 1 < end ? (nint)((_panels[index + 1] - _panels[index]) * own.PanelBytes) : Line;
            kernels.Multiply(own, _panels[index], 1, scratch.Of(worker));
        }
    }
}
