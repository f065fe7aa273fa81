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
