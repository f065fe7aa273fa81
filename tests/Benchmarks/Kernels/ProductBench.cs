using BenchmarkDotNet.Attributes;
using Slerp.Engine;
using Slerp.Engine.Backends;

namespace Slerp.Benchmarks.Kernels;

/// <summary>y = W x in each weight format, from one row to a prompt.</summary>
public class ProductBench : KernelBench
{
    private const int Width = 2048;

    private Matrix _weight = null!;
    private Tensor _x = null!;
    private Tensor _y = null!;

    [Params(WeightFormat.BFloat16, WeightFormat.Int8Block32, WeightFormat.Int8Channel, WeightFormat.Int4Block32)]
    public WeightFormat Format { get; set; }

    [Params(1, 4, 8, 16, 64, 512)]
    public int M { get; set; }

    [Benchmark]
    public void Linear() => Backend.Linear(_weight, _x, null, _y);

    protected override void Prepare()
    {
        _weight = Backend.LoadMatrix([new RandomWeight(Width, Width)], Format);
        _x = Rows(M, Width);
        _y = Workspace.Rent(M, Width);
    }

    protected override void Release() => _weight.Dispose();
}
