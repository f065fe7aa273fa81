namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>What a kernel asks memory for while it works. Asking past the end of memory is harmless.</summary>
/// <param name="start">The first byte.</param>
/// <param name="step">Bytes further with each step of the kernel's inner loop.</param>
/// <param name="blockStep">Bytes further with each block of an integer kernel: its scales.</param>
internal readonly unsafe struct PrefetchStream(byte* start, nint step, nint blockStep)
{
    /// <summary>The first byte.</summary>
    public readonly byte* Start = start;

    /// <summary>Bytes further with each step.</summary>
    public readonly nint Step = step;

    /// <summary>Bytes further with each block.</summary>
    public readonly nint BlockStep = blockStep;
}
