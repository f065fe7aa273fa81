using BenchmarkDotNet.Attributes;
using Slerp.Engine.Backends;

namespace Slerp.Benchmarks.Kernels;

/// <summary>What touches rows only: the norm of a step and the choice of its tokens.</summary>
public class RowBench : KernelBench
{
    private const int Width = 2048;
    private const int Vocabulary = 49_152;
    private const int Candidates = 8;

    private Tensor _x = null!;
    private Tensor _norm = null!;
    private Tensor _y = null!;
    private Tensor _logits = null!;
    private int[] _tokens = [];
    private int[] _top = [];
    private float[] _topLogits = [];

    [Params(1, 8, 64)]
    public int M { get; set; }

    [Benchmark]
    public void RmsNorm() => Backend.RmsNorm(_x, _norm, 1e-5f, _y);

    [Benchmark]
    public void ArgMax() => Backend.ArgMax(_logits, _tokens);

    [Benchmark]
    public void TopK() => Backend.TopK(_logits, Candidates, _top, _topLogits);

    protected override void Prepare()
    {
        _x = Rows(M, Width);
        _norm = Rows(1, Width);
        _y = Workspace.Rent(M, Width);
        _logits = Rows(M, Vocabulary);
        _tokens = new int[M];
        _top = new int[M * Candidates];
        _topLogits = new float[M * Candidates];
    }
}
