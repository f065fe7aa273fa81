namespace Slerp.Benchmarks.Gate;

/// <summary>How well a score tells bad answers from the others.</summary>
/// <remarks>
/// <para>Formula: area = P(score of a bad one &gt; score of another) + P(equal) / 2, over all pairs.</para>
/// <para>0.5 is chance, 1 is certainty. NaN where one kind is missing.</para>
/// </remarks>
/// <param name="bad">Scores of the bad answers.</param>
/// <param name="others">Scores of the others.</param>
internal sealed class RocCurve(IReadOnlyList<double> bad, IReadOnlyList<double> others)
{
    private readonly double[] _ascending = [.. others.Order()];

    /// <summary>The area under it.</summary>
    public double Area => bad.Count == 0 || others.Count == 0
        ? double.NaN
        : bad.Sum(score => _ascending.Sum(other => score > other ? 1.0 : score == other ? 0.5 : 0.0)) / ((double)bad.Count * others.Count);

    /// <summary>The lowest limit above which at most a share of the others lies.</summary>
    public double LimitAt(double falseShare) =>
        _ascending.Length == 0 ? double.NaN : _ascending[Math.Clamp(_ascending.Length - 1 - (int)(falseShare * _ascending.Length), 0, _ascending.Length - 1)];

    /// <summary>The share of the bad answers above a limit.</summary>
    public double CaughtAt(double limit) => Share(bad, limit);

    /// <summary>The share of the others above a limit.</summary>
    public double FalseAt(double limit) => Share(others, limit);

    private static double Share(IReadOnlyList<double> scores, double limit) =>
        scores.Count == 0 ? double.NaN : (double)scores.Count(score => score > limit) / scores.Count;
}
