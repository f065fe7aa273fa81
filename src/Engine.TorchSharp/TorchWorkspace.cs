using Slerp.Engine.Backends;
using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <summary>Handles of one step. A handle takes memory when it is written to, and gives it back to libtorch's allocator at the next <see cref="Reset"/>.</summary>
internal sealed class TorchWorkspace(torch.Device device) : Workspace
{
    private readonly List<TorchTensor> _tensors = [];
    private int _rented;

    /// <inheritdoc />
    public override Tensor Rent(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (_rented == _tensors.Count)
        {
            _tensors.Add(new TorchTensor(device));
        }

        var tensor = _tensors[_rented++];
        tensor.Assign(rows, columns);
        return tensor;
    }

    /// <inheritdoc />
    public override void Reset()
    {
        for (var index = 0; index < _rented; index++)
        {
            _tensors[index].Dispose();
        }

        _rented = 0;
    }

    /// <inheritdoc />
    public override void Dispose() => Reset();
}
