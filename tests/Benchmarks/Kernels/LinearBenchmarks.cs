using BenchmarkDotNet.Attributes;
using Slerp.Engine;
using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;

namespace Slerp.Benchmarks.Kernels;

/// <summary>One linear layer; enough copies of the matrix are cycled through that weights come from memory, as in decoding.</summary>
[MemoryDiagnoser]
public class LinearBenchmarks : IDisposable
{
    private readonly List<Matrix> _matrices = [];
    private CpuBackend _backend = null!;
    private Workspace _workspace = null!;
    private Tensor _x = null!;
    private Tensor _y = null!;
    private int _next;

    [Params(WeightFormat.BFloat16, WeightFormat.Int8Block32, WeightFormat.Int4Block32)]
    public WeightFormat Format { get; set; }

    [Params(1, 4, 8, 512)]
    public int Rows { get; set; }

    [Params(576, 2048)]
    public int Width { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _backend = new CpuBackend(new CpuBackendOptions());
        _workspace = _backend.CreateWorkspace();
        _x = _workspace.Rent(Rows, Width);
        _y = _workspace.Rent(Rows, Width);
        _backend.Upload(Enumerable.Range(0, Rows * Width).Select(index => (index % 31) - 15f).ToArray(), _x);
        for (var bytes = 0L; bytes < 300_000_000; bytes += _matrices[^1].Bytes)
        {
            _matrices.Add(_backend.LoadMatrix([new NoiseWeight(Width, Width)], Format));
        }
    }

    [Benchmark]
    public void Linear()
    {
        _backend.Linear(_matrices[_next], _x, bias: null, _y);
        _next = (_next + 1) % _matrices.Count;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _matrices.ForEach(matrix => matrix.Dispose());
        _matrices.Clear();
        _workspace?.Dispose();
        _backend?.Dispose();
        GC.SuppressFinalize(this);
    }
}
