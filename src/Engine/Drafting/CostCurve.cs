namespace Slerp.Engine.Drafting;

/// <summary>What a step over M rows costs, relative to one row: measured on the machine at hand, not taken from a paper.</summary>
/// <remarks>Between measured points the cost is interpolated; beyond the last it grows with the last slope. Never falls. Immutable.</remarks>
internal sealed class CostCurve
{
    private readonly int[] _rows;
    private readonly double[] _costs;

    /// <summary>Creates a curve from measured points.</summary>
    /// <param name="rows">Row counts, at least two, ascending, the first 1.</param>
    /// <param name="seconds">Time of a step over so many rows, above 0.</param>
    public CostCurve(IReadOnlyList<int> rows, IReadOnlyList<double> seconds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Count, 2);
        ArgumentOutOfRangeException.ThrowIfNotEqual(seconds.Count, rows.Count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows[0], 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seconds[0]);
        Seconds = seconds[0];
        _rows = [.. rows];
        _costs = new double[rows.Count];
        for (var index = 0; index < _costs.Length; index++)
        {
            // Noise can make more rows look cheaper than fewer; they never are.
            _costs[index] = Math.Max(seconds[index] / seconds[0], index == 0 ? 1 : _costs[index - 1]);
        }
    }

    /// <summary>Seconds of a step over one row: the unit of the costs.</summary>
    public double Seconds { get; }

    /// <summary>Measured row counts.</summary>
    public IReadOnlyList<int> Rows => _rows;

    /// <summary>Measured costs relative to one row.</summary>
    public IReadOnlyList<double> Costs => _costs;

    /// <summary>The curve of a machine where every row costs as much as the first: nothing pays.</summary>
    public static CostCurve Linear { get; } = new([1, 2], [1, 2]);

    /// <summary>Cost of a step over <paramref name="rows"/> rows relative to one.</summary>
    public double this[int rows]
    {
        get
        {
            var upper = 1;
            while (upper < _rows.Length - 1 && _rows[upper] < rows)
            {
                upper++;
            }

            var slope = (_costs[upper] - _costs[upper - 1]) / (_rows[upper] - _rows[upper - 1]);
            return Math.Max(_costs[0], _costs[upper - 1] + (slope * (rows - _rows[upper - 1])));
        }
    }
}
