using Slerp.Engine.Backends.Cpu.Kernels;
using Slerp.Engine.Backends.Cpu.Kernels.Amx;
using Slerp.Engine.Backends.Cpu.Kernels.Attention;
using Slerp.Engine.Backends.Cpu.Kernels.Products;
using Slerp.Engine.Backends.Cpu.Threading;

namespace Slerp.Engine.Backends.Cpu.Jobs;

/// <summary>What is done to one row.</summary>
internal unsafe interface IRowAction
{
    /// <summary>Does it.</summary>
    void Run(KernelSet kernels, int row);
}

/// <summary>An action over all rows, some at a time.</summary>
internal struct RowJob<TAction>(KernelSet kernels, TAction action, int rows, int rowsPerChunk) : IParallelJob
    where TAction : struct, IRowAction
{
    public readonly void Execute(int chunk, int worker)
    {
        var last = Math.Min(rows, (chunk + 1) * rowsPerChunk);
        for (var row = chunk * rowsPerChunk; row < last; row++)
        {
            action.Run(kernels, row);
        }
    }
}

/// <summary>Root-mean-square normalisation of a row.</summary>
internal readonly unsafe struct NormAction(CpuTensor x, CpuTensor weight, float eps, CpuTensor y) : IRowAction
{
    public void Run(KernelSet kernels, int row) => kernels.RmsNorm(x.RowPointer(row), weight.Pointer, x.Columns, eps, y.RowPointer(row));
}

/// <summary>Root-mean-square normalisation of some heads of a row.</summary>
internal readonly unsafe struct NormHeadsAction(CpuTensor x, int firstHead, int count, int headSize, CpuTensor weight, float eps) : IRowAction
{
    public void Run(KernelSet kernels, int row)
    {
        for (var head = firstHead; head < firstHead + count; head++)
        {
            var values = x.RowPointer(row) + (head * headSize);
            kernels.RmsNorm(values, weight.Pointer, headSize, eps, values);
        }
    }
}

/// <summary>Rotation of a row's query and key heads.</summary>
internal readonly unsafe struct RotateAction(CpuTensor qkv, HeadShape heads, CpuTensor cosSin) : IRowAction
{
    public void Run(KernelSet kernels, int row)
    {
        for (var head = 0; head < heads.Heads + heads.KvHeads; head++)
        {
            kernels.Rotate(qkv.RowPointer(row) + (head * heads.HeadSize), cosSin.RowPointer(row), heads.HeadSize);
        }
    }
}

/// <summary>A row's key and value, to its slot.</summary>
internal readonly unsafe struct StoreKvAction(CpuTensor qkv, HeadShape heads, KvLayout layout, int* slots) : IRowAction
{
    private readonly int* _slots = slots;

    public void Run(KernelSet kernels, int row)
    {
        var keys = qkv.RowPointer(row) + heads.QueryColumns;
        for (var head = 0; head < heads.KvHeads; head++)
        {
            KvRows.Store(layout, _slots[row], head, keys + (head * heads.HeadSize), keys + heads.KvColumns + (head * heads.HeadSize));
        }
    }
}

/// <summary>A token's row of a packed table.</summary>
internal readonly unsafe struct EmbedAction(CpuMatrix table, int* tokens, CpuTensor destination) : IRowAction
{
    private readonly int* _tokens = tokens;

    public void Run(KernelSet kernels, int row)
    {
        var (panel, column) = Math.DivRem(_tokens[row], table.Shape.Columns);
        PanelPacker.Unpack(table.Shape, table.Pointer + (panel * table.Shape.Bytes), column, destination.RowPointer(row));
    }
}

/// <summary>A row's values in two halves each.</summary>
internal readonly unsafe struct HalveAction(CpuTensor x, HalvedRows destination) : IRowAction
{
    public void Run(KernelSet kernels, int row) => destination.Store(row, x.RowPointer(row));
}

/// <summary>The index of a row's largest value.</summary>
internal readonly unsafe struct ArgMaxAction(CpuTensor x, CpuTensor? maxima, int* destination) : IRowAction
{
    private readonly int* _destination = destination;

    public void Run(KernelSet kernels, int row) => _destination[row] = maxima is null
        ? kernels.ArgMax(x.RowPointer(row), x.Columns)
        : kernels.ArgMax(x.RowPointer(row), maxima.RowPointer(row), x.Columns);
}

/// <summary>A row's k largest values.</summary>
internal readonly unsafe struct TopKAction(CpuTensor x, CpuTensor? maxima, int k, int* indices, float* values) : IRowAction
{
    private readonly int* _indices = indices;
    private readonly float* _values = values;

    public void Run(KernelSet kernels, int row)
    {
        var indices = _indices + ((long)row * k);
        var values = _values + ((long)row * k);
        if (maxima is null)
        {
            kernels.TopK(x.RowPointer(row), x.Columns, k, indices, values);
        }
        else
        {
            kernels.TopK(x.RowPointer(row), maxima.RowPointer(row), x.Columns, k, indices, values);
        }
    }
}
