using Slerp.Engine.Backends.Cpu.Kernels;
using Slerp.Engine.Backends.Cpu.Kernels.Attention;
using Slerp.Engine.Backends.Cpu.Memory;
using Slerp.Engine.Backends.Cpu.Threading;

namespace Slerp.Engine.Backends.Cpu.Jobs;

/// <summary>Attention, one unit at a time.</summary>
internal struct AttentionJob(KernelSet kernels, WorkerScratch scratch, AttentionTask task) : IParallelJob
{
    private AttentionTask _task = task;

    public unsafe void Execute(int chunk, int worker) =>
        kernels.Attend(_task, AttentionUnit.At(_task.Plan, _task.Heads, chunk), scratch.Of(worker));
}
