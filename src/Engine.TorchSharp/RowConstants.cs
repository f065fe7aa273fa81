using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <summary>Small tensors that depend on a size alone, made once and kept on the device.</summary>
internal sealed class RowConstants(torch.Device device) : IDisposable
{
    private readonly Dictionary<(int Columns, float Epsilon), torch.Tensor> _floors = [];
    private readonly Dictionary<int, torch.Tensor> _ranks = [];

    /// <summary>√(columns · eps): with it, √(|x|² + columns · eps) is one hypotenuse and never squares a large number twice.</summary>
    public torch.Tensor NormFloor(int columns, float epsilon)
    {
        if (!_floors.TryGetValue((columns, epsilon), out var floor))
        {
            floor = Keep([(float)Math.Sqrt((double)columns * epsilon)]);
            _floors.Add((columns, epsilon), floor);
        }

        return floor;
    }

    /// <summary>index · 2^-46 of each column, in 64 bits: what makes equal values distinct and ordered by index.</summary>
    public torch.Tensor Ranks(int columns)
    {
        if (!_ranks.TryGetValue(columns, out var ranks))
        {
            ranks = Keep([.. Enumerable.Range(0, columns).Select(static index => Math.ScaleB(index, -46))]);
            _ranks.Add(columns, ranks);
        }

        return ranks;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var tensor in _floors.Values.Concat(_ranks.Values))
        {
            tensor.Dispose();
        }

        _floors.Clear();
        _ranks.Clear();
    }

    private torch.Tensor Keep(float[] values)
    {
        using var host = torch.tensor(values);
        return host.to(device, copy: true).DetachFromDisposeScope();
    }

    private torch.Tensor Keep(double[] values)
    {
        using var host = torch.tensor(values);
        return host.to(device, copy: true).DetachFromDisposeScope();
    }
}
