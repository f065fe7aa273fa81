using System.Runtime.InteropServices;
using Slerp.Engine.Backends;
using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <content>The largest values of rows: found on the device, so that only their numbers come back.</content>
internal sealed partial class TorchBackend
{
    // Beyond it, the ranks that part equal values would reach into their neighbours.
    private const int MostColumns = 1 << 21;

    // Outside what 32-bit floats hold: infinities may not be multiplied, and what is not a number sorts last.
    private static readonly Scalar Highest = 1e60.ToScalar();
    private static readonly Scalar Lowest = (-1e60).ToScalar();
    private static readonly Scalar NotANumber = (-1e90).ToScalar();
    private static readonly Scalar SmallestSingle = Math.ScaleB(1, -149).ToScalar();
    private static readonly Scalar MinusOne = (-1.0).ToScalar();
    private static readonly Scalar NoIndex = (-1L).ToScalar();
    private static readonly Scalar NoValue = float.NegativeInfinity.ToScalar();

    /// <inheritdoc />
    public void ArgMax(Tensor x, Span<int> destination)
    {
        var source = Expect.Own(x);
        Expect.That(destination.Length == x.Rows, nameof(ArgMax), $"{destination.Length} places were given for {x.Rows} rows.");
        using var scope = torch.NewDisposeScope();
        try
        {
            // A row with a NaN has it as its maximum.
            var (values, indices) = source.Value.max(1);
            ToHost(indices.masked_fill(values.isfinite().logical_not(), NoIndex), destination);
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(ArgMax), failure);
        }
    }

    /// <inheritdoc />
    /// <remarks>
    /// Formula: the k largest of v - max(|v|, 2^-149) · i · 2^-46 in 64 bits, v the value and i its index: neighbouring 32-bit values lie at least 2^-24 apart,
    /// relatively, so the index decides between equal values alone.
    /// </remarks>
    public void TopK(Tensor x, int k, Span<int> indices, Span<float> values)
    {
        var source = Expect.Own(x);
        Expect.That(k >= 1 && k <= x.Columns, nameof(TopK), $"k is {k}; expected 1 to {x.Columns}, the columns of x.");
        Expect.That(x.Columns <= MostColumns, nameof(TopK), $"x has {x.Columns} columns; at most {MostColumns} can be told apart.");
        Expect.That(
            indices.Length == (long)x.Rows * k && values.Length == indices.Length, nameof(TopK),
            $"{indices.Length} indices and {values.Length} values were given for {x.Rows} rows of {k}.");
        using var scope = torch.NewDisposeScope();
        try
        {
            var given = source.Single;
            var keys = given.to(torch.ScalarType.Float64).clamp_(Lowest, Highest).masked_fill_(given.isnan(), NotANumber);
            var ranked = keys.addcmul(keys.abs().clamp_min_(SmallestSingle), _constants.Ranks(x.Columns), MinusOne);
            var (_, chosen) = ranked.topk(k, 1);
            var largest = given.gather(1, chosen);
            var missing = largest.isnan();
            ToHost(chosen.masked_fill_(missing, NoIndex), indices);
            HostTransfer.Download(largest.masked_fill_(missing, NoValue), values);
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(TopK), failure);
        }
    }

    private static void ToHost(torch.Tensor indices, Span<int> destination) =>
        HostTransfer.Download(indices.to(torch.ScalarType.Int32), destination);
}
