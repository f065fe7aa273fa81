namespace Slerp.Benchmarks.Measuring;

/// <summary>Measurements of one thing. Nothing is discarded.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    /// <summary>How many.</summary>
    public int Count => _values.Count;

    /// <summary>The least.</summary>
    public double Min => _values.Min();

    /// <summary>The greatest.</summary>
    public double Max => _values.Max();

    /// <summary>The middle one; between the two middle ones of an even number.</summary>
    public double Median
    {
        get
        {
            var sorted = _values.Order().ToArray();
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>Adds one.</summary>
    public void Add(double value) => _values.Add(value);
}
