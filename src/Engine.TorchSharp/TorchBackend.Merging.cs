using System.Runtime.InteropServices;
using Slerp.Engine.Backends;
using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <content>Spherical interpolation of rows, in 64 bits: it is done once per prompt, and angles near 0 ask for it.</content>
internal sealed partial class TorchBackend
{
    // Nearly opposite rows: the arc between them has no direction, their mean stands in.
    private const double SmallestCosine = -0.9995;

    /// <inheritdoc />
    public void Slerp(Tensor source, ReadOnlySpan<MergePair> pairs, Interpolation interpolation, Tensor destination)
    {
        var from = Expect.Own(source);
        var target = Expect.Shaped(nameof(Slerp), nameof(destination), destination, pairs.Length, source.Columns);
        Expect.Within(nameof(Slerp), pairs, source.Rows);
        using var scope = torch.NewDisposeScope();
        try
        {
            var (first, second) = Partners(from, pairs);
            var norms = interpolation == Interpolation.PerRow
                ? Dot(first, first).sqrt().mul(Dot(second, second).sqrt())
                : WholeNorms(first, second, pairs);
            var cosines = Cosines(Dot(first, second), norms);
            // Half-way, both weights are sin(θ/2) / sin θ = 1 / √(2 (1 + cos θ)): no division by zero where rows agree.
            var scale = cosines.add(1).mul(2).rsqrt().masked_fill(cosines.lt(SmallestCosine), 0.5);
            var merged = first.add(second, Scalars.One).mul(scale);
            var copies = Flags(pairs, static pair => pair.IsCopy);
            target.Set(first.where(copies, merged).to(torch.ScalarType.Float32));
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(Slerp), failure);
        }
    }

    /// <inheritdoc />
    public void RowCosines(Tensor source, ReadOnlySpan<MergePair> pairs, Span<float> destination)
    {
        var from = Expect.Own(source);
        Expect.That(destination.Length == pairs.Length, nameof(RowCosines), $"{destination.Length} places were given for {pairs.Length} pairs.");
        Expect.Within(nameof(RowCosines), pairs, source.Rows);
        using var scope = torch.NewDisposeScope();
        try
        {
            var (first, second) = Partners(from, pairs);
            var cosines = Cosines(Dot(first, second), Dot(first, first).sqrt().mul(Dot(second, second).sqrt()));
            HostTransfer.Download(cosines.to(torch.ScalarType.Float32), destination);
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(RowCosines), failure);
        }
    }

    private static torch.Tensor Dot(torch.Tensor first, torch.Tensor second) => first.mul(second).sum(1, keepdim: true);

    // 0 where a norm is 0.
    private static torch.Tensor Cosines(torch.Tensor products, torch.Tensor norms) => products.div(norms).masked_fill(norms.gt(0).logical_not(), 0).clamp(-1, 1);

    private (torch.Tensor First, torch.Tensor Second) Partners(TorchTensor source, ReadOnlySpan<MergePair> pairs)
    {
        var (first, second) = (new int[pairs.Length], new int[pairs.Length]);
        for (var index = 0; index < pairs.Length; index++)
        {
            (first[index], second[index]) = pairs[index];
        }

        return (Rows(first), Rows(second));

        torch.Tensor Rows(int[] rows) => source.Value.index_select(0, _host.Indices(rows)).to(torch.ScalarType.Float64);
    }

    /// <summary>
    /// The product of the norms of the two whole tensors of the published reference. There every row has a partner, a zero row where it is kept:
    /// before the first pair it stands second, after it first.
    /// </summary>
    private torch.Tensor WholeNorms(torch.Tensor first, torch.Tensor second, ReadOnlySpan<MergePair> pairs)
    {
        var merged = false;
        var standsFirst = Flags(pairs, pair => merged |= !pair.IsCopy);
        merged = false;
        var standsSecond = Flags(pairs, pair => !(merged |= !pair.IsCopy) || !pair.IsCopy);
        return Norm(first, standsFirst).mul(Norm(second, standsSecond));

        static torch.Tensor Norm(torch.Tensor rows, torch.Tensor counted) =>
            Dot(rows, rows).masked_fill(counted.logical_not(), 0).sum(0, keepdim: true).sqrt();
    }

    // One truth value per pair, as a column.
    private torch.Tensor Flags(ReadOnlySpan<MergePair> pairs, Func<MergePair, bool> holds)
    {
        var flags = new bool[pairs.Length];
        for (var index = 0; index < flags.Length; index++)
        {
            flags[index] = holds(pairs[index]);
        }

        return _host.Upload<bool>(flags, torch.ScalarType.Bool, flags.Length, 1);
    }
}
