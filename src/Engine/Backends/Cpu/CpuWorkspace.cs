using Slerp.Engine.Backends.Cpu.Memory;

namespace Slerp.Engine.Backends.Cpu;

/// <summary>Rents tensors from one block; a step that outgrows it takes more blocks, which the next <see cref="Reset"/> joins into one.</summary>
internal sealed unsafe class CpuWorkspace : Workspace
{
    private const long FirstBlockBytes = 1 << 20;

    private readonly List<NativeBlock> _blocks = [];
    private readonly List<CpuTensor> _tensors = [];
    private int _rented;
    private long _used;

    /// <inheritdoc />
    public override Tensor Rent(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        var bytes = checked((long)rows * CpuTensor.StrideOf(columns) * sizeof(float));
        if (_blocks.Count == 0 || _used + bytes > _blocks[^1].Bytes)
        {
            _blocks.Add(new NativeBlock(Math.Max(bytes, _blocks.Count == 0 ? FirstBlockBytes : _blocks[^1].Bytes * 2)));
            _used = 0;
        }

        if (_rented == _tensors.Count)
        {
            _tensors.Add(new CpuTensor());
        }

        var tensor = _tensors[_rented++];
        tensor.Assign((float*)(_blocks[^1].Pointer + _used), rows, columns);
        _used += bytes;
        return tensor;
    }

    /// <inheritdoc />
    public override void Reset()
    {
        LetGo();
        if (_blocks.Count <= 1)
        {
            return;
        }

        var total = _blocks.Sum(block => block.Bytes);
        FreeBlocks();
        _blocks.Add(new NativeBlock(total));
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        LetGo();
        FreeBlocks();
    }

    // What was put off must not be computed any more: it would read and write memory that is others' by then.
    private void LetGo()
    {
        for (; _rented > 0; _rented--)
        {
            _tensors[_rented - 1].Deferred?.Release();
        }

        _used = 0;
    }

    private void FreeBlocks()
    {
        foreach (var block in _blocks)
        {
            block.Dispose();
        }

        _blocks.Clear();
    }
}
