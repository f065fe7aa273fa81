using Slerp.Engine.Backends.Cpu.Screening;

namespace Slerp.Engine.Backends.Cpu;

/// <summary>How the managed CPU backend is set up.</summary>
/// <param name="Threads">Threads that compute, the engine's included; 0 means one per physical core.</param>
/// <param name="Level">Kernels of a lower level than the machine's best; null takes the best.</param>
/// <param name="FewestScreenedWeights">Weights from which on an LM head is kept with a screen (<see cref="Screening.HeadScreen"/>).</param>
internal sealed record CpuBackendOptions(int Threads = 0, CpuLevel? Level = null, long FewestScreenedWeights = HeadScreen.FewestWeights)
{
    /// <summary>Most threads of one backend.</summary>
    public const int MostThreads = 256;
}
