using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <summary>A matrix of 8- or 4-bit integers with scales. It saves memory, not time: libtorch has no integer product that fits, so weights are widened for each.</summary>
/// <remarks>Two 4-bit integers share a byte, the lower half first, each plus 8. Formulas: <see cref="IntegerCodes"/>.</remarks>
internal sealed class IntegerMatrix(
    int outputs, int inputs, WeightFormat format, bool isGated, torch.Tensor codes, torch.Tensor scales, IntegerCodes arithmetic)
    : TorchMatrix(outputs, inputs, format, isGated)
{
    private readonly int _block = IntegerCodes.BlockOf(format, inputs);

    /// <inheritdoc />
    public override long Bytes { get; } = (codes.NumberOfElements * codes.ElementSize) + (scales.NumberOfElements * scales.ElementSize);

    /// <summary>The type in which a format keeps its integers.</summary>
    public static torch.ScalarType TypeOf(WeightFormat format) => format == WeightFormat.Int4Block32 ? torch.ScalarType.Byte : torch.ScalarType.Int8;

    /// <summary>Integers, as floats [rows, padded], as they are kept.</summary>
    public static torch.Tensor Pack(torch.Tensor codes, WeightFormat format)
    {
        if (format != WeightFormat.Int4Block32)
        {
            return codes.to(torch.ScalarType.Int8);
        }

        var pairs = codes.add(Scalars.Eight).reshape(codes.shape[0], codes.shape[1] / 2, 2);
        return pairs.select(2, 1).mul(Scalars.Sixteen).add(pairs.select(2, 0), Scalars.One).to(torch.ScalarType.Byte);
    }

    /// <inheritdoc />
    public override torch.Tensor Multiply(TorchTensor x, torch.Tensor? bias) =>
        Product(arithmetic.Activations(x.Single, _block), Widen(codes, scales), bias);

    /// <inheritdoc />
    public override torch.Tensor Select(torch.Tensor rows) =>
        Widen(codes.index_select(0, rows), scales.index_select(0, rows)).narrow(1, 0, Inputs).contiguous();

    /// <inheritdoc />
    public override void Dispose()
    {
        codes.Dispose();
        scales.Dispose();
    }

    private torch.Tensor Widen(torch.Tensor kept, torch.Tensor factors)
    {
        var values = Unpack(kept).reshape(kept.shape[0], factors.shape[1], _block);
        return values.mul(factors).flatten(1);
    }

    private torch.Tensor Unpack(torch.Tensor kept)
    {
        var values = kept.to(torch.ScalarType.Float32);
        if (Format != WeightFormat.Int4Block32)
        {
            return values;
        }

        var upper = values.div(Scalars.Sixteen).floor();
        var lower = values.sub(upper.mul(Scalars.Sixteen));
        return torch.stack([lower, upper], 2).flatten(1).sub(Scalars.Eight);
    }
}
