using Slerp.Engine.Backends.Cpu.Kernels;
using Slerp.Engine.Backends.Cpu.Kernels.Products;
using Slerp.Engine.Backends.Cpu.Threading;

namespace Slerp.Engine.Backends.Cpu.Jobs;

/// <summary>Quantises rows of activations.</summary>
internal struct QuantizeJob(KernelSet kernels, CpuTensor x, PanelShape shape, QuantizedRows rows, int rowsPerChunk) : IParallelJob
{
    public readonly unsafe void Execute(int chunk, int worker)
    {
        var last = Math.Min(x.Rows, (chunk + 1) * rowsPerChunk);
        for (var row = chunk * rowsPerChunk; row < last; row++)
        {
            kernels.Quantize(shape, x.RowPointer(row), rows.From(row));
        }
    }
}
