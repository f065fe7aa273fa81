using BenchmarkDotNet.Attributes;
using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;

namespace Slerp.Benchmarks.Kernels;

/// <summary>What the kernel benchmarks share: a backend, a workspace, and rows to work on.</summary>
[MemoryDiagnoser]
public abstract class KernelBench : IDisposable
{
    private CpuBackend _backend = null!;

    /// <summary>Compute threads.</summary>
    [Params(1, 2)]
    public int Threads { get; set; }

    private protected IComputeBackend Backend => _backend;

    private protected Workspace Workspace { get; private set; } = null!;

    [GlobalSetup]
    public void Begin()
    {
        _backend = new CpuBackend(new CpuBackendOptions(Threads));
        Workspace = _backend.CreateWorkspace();
        Prepare();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        Release();
        Workspace.Dispose();
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract void Prepare();

    protected virtual void Release()
    {
    }

    private protected Tensor Rows(int rows, int columns)
    {
        var values = new float[rows * columns];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = ((index * 2654435761u) & 0xFFFF) / 32768f - 1;
        }

        var tensor = Workspace.Rent(rows, columns);
        Backend.Upload(values, tensor);
        return tensor;
    }
}
