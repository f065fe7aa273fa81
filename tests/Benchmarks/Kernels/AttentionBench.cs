using BenchmarkDotNet.Attributes;
using Slerp.Engine;
using Slerp.Engine.Backends;

namespace Slerp.Benchmarks.Kernels;

/// <summary>Attention of a chain of M rows over a context, in the head shape of TinyLlama.</summary>
public class AttentionBench : KernelBench
{
    private static readonly HeadShape Heads = new(32, 4, 64);

    private readonly AttentionPlan _plan = new();
    private KvStore _store = null!;
    private Tensor _qkv = null!;
    private Tensor _y = null!;

    [Params(KvFormat.Float32, KvFormat.BFloat16)]
    public KvFormat Format { get; set; }

    [Params(256, 2048)]
    public int Context { get; set; }

    [Params(1, 8, 64)]
    public int M { get; set; }

    [Benchmark]
    public void Attend() => Backend.Attend(_qkv, Heads, _store, _plan, _y);

    protected override void Prepare()
    {
        var pages = Enumerable.Range(0, ((Context + M) / KvStore.PageRows) + 1).ToArray();
        _store = Backend.CreateKvStore(pages.Length, Heads.KvHeads, Heads.HeadSize, Format);
        _qkv = Rows(M, Heads.Columns);
        _y = Workspace.Rent(M, Heads.QueryColumns);
        var slots = new int[M];
        for (var first = 0; first < Context + M; first += M)
        {
            for (var row = 0; row < M; row++)
            {
                slots[row] = Math.Min(first + row, Context + M - 1);
            }

            Backend.StoreKv(_qkv, Heads, _store, slots);
        }

        var parents = Enumerable.Range(-1, M).ToArray();
        _plan.Clear();
        _plan.AddSlice(pages, Context, M);
        for (var node = 0; node < M; node++)
        {
            _plan.AddRow(parents, node, node);
        }
    }

    protected override void Release() => _store.Dispose();
}
