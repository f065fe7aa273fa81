namespace Slerp.Engine.Backends.Cpu;

/// <content>Spherical interpolation of rows.</content>
internal sealed unsafe partial class CpuBackend
{
    // Nearly opposite rows: the arc between them has no direction, their mean stands in.
    private const double SmallestCosine = -0.9995;

    /// <inheritdoc />
    public void Slerp(Tensor source, ReadOnlySpan<MergePair> pairs, Interpolation interpolation, Tensor destination)
    {
        RequireShape(nameof(Slerp), nameof(destination), destination, pairs.Length, source.Columns);
        RequirePairs(nameof(Slerp), source, pairs);
        var from = Of(source);
        var to = Of(destination);
        var (firstNorm, secondNorm) = interpolation == Interpolation.WholeTensor ? TensorNorms(from, pairs) : (0, 0);
        for (var index = 0; index < pairs.Length; index++)
        {
            var pair = pairs[index];
            if (pair.IsCopy)
            {
                from.Row(pair.First).CopyTo(to.Row(index));
                continue;
            }

            var cosine = interpolation == Interpolation.PerRow
                ? Cosine(from, pair)
                : Quotient(DotOf(from, pair.First, pair.Second), firstNorm * secondNorm);
            // Half-way, both weights are sin(θ/2) / sin θ = 1 / √(2 (1 + cos θ)): no division by zero where rows agree.
            var scale = cosine < SmallestCosine ? 0.5 : 1 / Math.Sqrt(2 * (1 + cosine));
            _kernels.ScaledSum(from.RowPointer(pair.First), from.RowPointer(pair.Second), (float)scale, from.Columns, to.RowPointer(index));
        }
    }

    /// <inheritdoc />
    public void RowCosines(Tensor source, ReadOnlySpan<MergePair> pairs, Span<float> destination)
    {
        Require(destination.Length == pairs.Length, nameof(RowCosines), $"{destination.Length} places were given for {pairs.Length} pairs.");
        RequirePairs(nameof(RowCosines), source, pairs);
        for (var index = 0; index < pairs.Length; index++)
        {
            destination[index] = (float)Cosine(Of(source), pairs[index]);
        }
    }

    private static void RequirePairs(string verb, Tensor source, ReadOnlySpan<MergePair> pairs)
    {
        foreach (var pair in pairs)
        {
            Require(
                (uint)pair.First < (uint)source.Rows && (uint)pair.Second < (uint)source.Rows, verb,
                $"pair ({pair.First}, {pair.Second}) does not lie in {source.Rows} rows.");
        }
    }

    private static double Quotient(double product, double norms) => norms > 0 ? Math.Clamp(product / norms, -1, 1) : 0;

    private double Cosine(CpuTensor x, MergePair pair) =>
        Quotient(
            DotOf(x, pair.First, pair.Second),
            Math.Sqrt(DotOf(x, pair.First, pair.First)) * Math.Sqrt(DotOf(x, pair.Second, pair.Second)));

    private double DotOf(CpuTensor x, int first, int second) => _kernels.Dot(x.RowPointer(first), x.RowPointer(second), x.Columns);

    /// <summary>
    /// Norms of the two whole tensors of the published reference. There every row has a partner, a zero row where it is kept:
    /// before the first pair it stands second, after it first.
    /// </summary>
    private (double First, double Second) TensorNorms(CpuTensor x, ReadOnlySpan<MergePair> pairs)
    {
        var (first, second) = (0.0, 0.0);
        var merged = false;
        foreach (var pair in pairs)
        {
            merged |= !pair.IsCopy;
            first += merged ? DotOf(x, pair.First, pair.First) : 0;
            second += merged && pair.IsCopy ? 0 : DotOf(x, pair.Second, pair.Second);
        }

        return (Math.Sqrt(first), Math.Sqrt(second));
    }
}
