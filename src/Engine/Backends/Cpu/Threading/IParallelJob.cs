namespace Slerp.Engine.Backends.Cpu.Threading;

/// <summary>Work that splits into numbered chunks, each done once by some worker.</summary>
internal interface IParallelJob
{
    /// <summary>Does one chunk.</summary>
    /// <param name="chunk">0 to the region's chunk count - 1.</param>
    /// <param name="worker">Who does it: an index of per-worker scratch, 0 for the calling thread.</param>
    void Execute(int chunk, int worker);
}
