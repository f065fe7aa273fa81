using BenchmarkDotNet.Attributes;
using Slerp.Engine;
using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;

namespace Slerp.Benchmarks.Kernels;

/// <summary>Attention of one layer of the 135M shape (9 heads, 3 key/value heads of 64) over a committed context.</summary>
[MemoryDiagnoser]
public class AttentionBenchmarks : IDisposable
{
    private static readonly HeadShape Heads = new(9, 3, 64);
    private readonly AttentionPlan _plan = new();
    private CpuBackend _backend = null!;
    private Workspace _workspace = null!;
    private KvStore _store = null!;
    private Tensor _qkv = null!;
    private Tensor _y = null!;

    [Params(KvFormat.Float32, KvFormat.BFloat16)]
    public KvFormat Format { get; set; }

    [Params(1, 8, 256)]
    public int Rows { get; set; }

    [Params(0, 1000)]
    public int Context { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _backend = new CpuBackend(new CpuBackendOptions());
        _workspace = _backend.CreateWorkspace();
        var pages = (Context + Rows + KvStore.PageRows - 1) / KvStore.PageRows;
        _store = _backend.CreateKvStore(pages, Heads.KvHeads, Heads.HeadSize, Format);
        _plan.AddSlice([.. Enumerable.Range(0, pages)], Context, Rows);
        int[] parents = [.. Enumerable.Range(-1, Rows)];
        for (var row = 0; row < Rows; row++)
        {
            _plan.AddRow(parents, row, row);
        }

        var all = Context + Rows;
        var stored = Noise(all);
        _backend.StoreKv(stored, Heads, _store, [.. Enumerable.Range(0, all)]);
        _qkv = Noise(Rows);
        _y = _workspace.Rent(Rows, Heads.QueryColumns);
    }

    [Benchmark]
    public void Attend() => _backend.Attend(_qkv, Heads, _store, _plan, _y);

    [GlobalCleanup]
    public void Dispose()
    {
        _store?.Dispose();
        _workspace?.Dispose();
        _backend?.Dispose();
        GC.SuppressFinalize(this);
    }

    private Tensor Noise(int rows)
    {
        var tensor = _workspace.Rent(rows, Heads.Columns);
        _backend.Upload(Enumerable.Range(0, rows * Heads.Columns).Select(index => ((index * 7919 % 257) - 128) / 128f).ToArray(), tensor);
        return tensor;
    }
}
