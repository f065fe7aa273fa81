using Slerp.Engine.Backends.Cpu.Kernels;
using Slerp.Engine.Backends.Cpu.Kernels.Attention;
using Slerp.Engine.Backends.Cpu.Memory;
using Slerp.Engine.Backends.Cpu.Threading;

namespace Slerp.Engine.Backends.Cpu.Jobs;

/// <summary>Attention, one unit or part of a unit at a time.</summary>
internal struct AttentionJob(KernelSet kernels, WorkerScratch scratch, AttentionTask task) : IParallelJob
{
    private AttentionTask _task = task;

    public unsafe void Execute(int chunk, int worker)
    {
        var (unit, part) = Math.DivRem(chunk, _task.Parts);
        kernels.Attend(_task, AttentionUnit.At(_task.Plan, _task.Heads, unit), part, scratch.Of(worker));
    }
}

/// <summary>The joining of blocks, one unit at a time.</summary>
internal struct CombineJob(KernelSet kernels, WorkerScratch scratch, AttentionTask task) : IParallelJob
{
    private AttentionTask _task = task;

    public unsafe void Execute(int chunk, int worker) =>
        kernels.Combine(_task, AttentionUnit.At(_task.Plan, _task.Heads, chunk), scratch.Of(worker));
}
