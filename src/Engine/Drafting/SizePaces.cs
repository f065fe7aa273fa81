namespace Slerp.Engine.Drafting;

/// <summary>How much longer steps of each size take than measured at load, relative to each other: learned from pairs of steps.</summary>
/// <remarks>
/// <para>Two steps in a row of different sizes ran on the same machine in the same mood, so their ratio tells of their sizes alone. Formula: with x the
/// logarithm of time taken over time expected, a pair says x_b - x_a = s_b - s_a + noise; the s are followed by a Kalman filter. Before anything is seen
/// s is a random walk over octaves of rows, beginning at one row: what is said of one size is said, less surely, of its neighbours. What was learned is
/// trusted less with every step, down to that, and what is believed dear is believed less so.</para>
/// <para>A size counts as fast as it may well be: its s less the standard deviation of its distance to that of the last step. So what is not known is
/// tried, and what is dear is tried again the more seldom the dearer it is. Source: Kalman 1960; Lai and Robbins 1985 for the optimism.</para>
/// </remarks>
internal sealed class SizePaces
{
    /// <summary>Sizes: 1, 2, 4 … 256 rows.</summary>
    public const int Count = 9;

    // Heuristics, in logarithms: what drafts cost beside their rows is believed to a third, each doubling of rows to a quarter, a pair of steps to a third;
    // one stall says no more than a factor of e, and half of what was learned is forgotten after some 350 steps.
    private const double Overhead = 0.35;
    private const double Octave = 0.25;
    private const double Noise = 0.39;
    private const double MostSurprise = 1;
    private const double Forgetting = 1.0 / 512;

    private readonly double[] _means = new double[Count];
    private readonly double[] _hopes = new double[Count];
    private readonly double[,] _prior = new double[Count, Count];
    private readonly double[,] _covariance = new double[Count, Count];
    private readonly double[] _gains = new double[Count];
    private int _last = -1;
    private double _lastPace;

    /// <summary>Creates paces of which nothing is known but what was measured.</summary>
    public SizePaces()
    {
        for (var size = 1; size < Count; size++)
        {
            for (var other = 1; other < Count; other++)
            {
                _prior[size, other] = _covariance[size, other] = (Overhead * Overhead) + (Octave * Octave * Math.Min(size, other));
            }
        }
    }

    /// <summary>The logarithm of a size's pace: what is believed.</summary>
    public double Mean(int size) => _means[size];

    /// <summary>The same between sizes: what may well be.</summary>
    /// <param name="place">log2 of the rows, 0 to Count - 1.</param>
    public double Hope(double place)
    {
        var lower = Math.Min((int)place, Count - 2);
        return _hopes[lower] + ((place - lower) * (_hopes[lower + 1] - _hopes[lower]));
    }

    /// <summary>Learns from a step.</summary>
    /// <param name="size">Its size.</param>
    /// <param name="pace">The logarithm of time taken over time expected.</param>
    /// <returns>How much slower it was, after the last step, than believed; 0 where that says nothing.</returns>
    public double Add(int size, double pace)
    {
        var surprise = 0.0;
        Forget();
        if (_last >= 0 && _last != size)
        {
            surprise = pace - _lastPace - (_means[size] - _means[_last]);
            Learn(size, _last, Math.Clamp(surprise, -MostSurprise, MostSurprise));
        }

        (_last, _lastPace) = (size, pace);
        for (var other = 0; other < Count; other++)
        {
            var distance = _covariance[other, other] + _covariance[size, size] - (2 * _covariance[other, size]);
            _hopes[other] = _means[other] - Math.Sqrt(Math.Max(0, distance));
        }

        return surprise;
    }

    // A size that is believed dear for good would never be tried again: that fades. One that is believed cheap is tried, and shows what it is.
    private void Forget()
    {
        for (var size = 1; size < Count; size++)
        {
            _means[size] -= Forgetting / 2 * Math.Max(0, _means[size]);
            for (var other = 1; other < Count; other++)
            {
                _covariance[size, other] += Forgetting * (_prior[size, other] - _covariance[size, other]);
            }
        }
    }

    private void Learn(int size, int before, double surprise)
    {
        for (var other = 0; other < Count; other++)
        {
            _gains[other] = _covariance[other, size] - _covariance[other, before];
        }

        var spread = _gains[size] - _gains[before] + (Noise * Noise);
        for (var other = 1; other < Count; other++)
        {
            _means[other] += _gains[other] / spread * surprise;
            for (var further = 1; further < Count; further++)
            {
                _covariance[other, further] -= _gains[other] * _gains[further] / spread;
            }
        }
    }
}
