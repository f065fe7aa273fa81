namespace Slerp.Engine.Drafting;

/// <summary>What a step over M rows costs, relative to one row: measured on the machine at hand, not taken from a paper.</summary>
/// <remarks>
/// <para>What disturbs a measurement only ever makes it slower, so a step over M rows costs at most what more rows were seen to take: of a point and all
/// later ones the cheapest holds.</para>
/// <para>Between measured points the cost is interpolated. Beyond the last it grows with the last slope, at least with the mean slope of all: two points
/// that noise made equal do not say that further rows are free. Never falls. Immutable.</para>
/// </remarks>
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
        _rows = [.. rows];
        _costs = [.. seconds];
        for (var index = _costs.Length - 2; index >= 0; index--)
        {
            _costs[index] = Math.Min(_costs[index], _costs[index + 1]);
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_costs[0], nameof(seconds));
        Seconds = _costs[0];
        for (var index = 0; index < _costs.Length; index++)
        {
            _costs[index] /= Seconds;
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

            var slope = Slope(upper - 1, upper);
            return rows > _rows[upper]
                ? _costs[upper] + (Math.Max(slope, Slope(0, upper)) * (rows - _rows[upper]))
                : Math.Max(_costs[0], _costs[upper - 1] + (slope * (rows - _rows[upper - 1])));
        }
    }

    private double Slope(int from, int to) => (_costs[to] - _costs[from]) / (_rows[to] - _rows[from]);
}
