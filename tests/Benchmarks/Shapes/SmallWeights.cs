using Slerp.Engine.Checkpoints;

namespace Slerp.Benchmarks.Shapes;

/// <summary>The weights of a small checkpoint, in memory as numbers.</summary>
internal sealed class SmallWeights(string folder)
{
    private readonly Dictionary<string, float[]> _values = new(StringComparer.Ordinal);

    /// <summary>The values of a tensor.</summary>
    public float[] Values(string name, params int[] shape)
    {
        if (!_values.TryGetValue(name, out var values))
        {
            using var weights = SafetensorsWeights.OpenFolder(folder);
            var tensor = weights.Get(name, shape);
            values = new float[tensor.Count];
            tensor.ReadRows(0, tensor.Rows, values);
            _values.Add(name, values);
        }

        return values;
    }

    /// <summary>A row of a matrix.</summary>
    public ReadOnlySpan<float> Row(string name, int rows, int columns, int row) => Values(name, rows, columns).AsSpan(row * columns, columns);
}
