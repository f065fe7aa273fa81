using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <summary>A matrix of floats, 32 or 16 bits wide.</summary>
/// <remarks>
/// <para>16-bit weights, narrow: x is rounded to the weights' type, the device sums in 32 bits, y is rounded to that type: what its matrix units do.
/// Wide: the weights are widened for each product, x and y stay in 32 bits: exact and slow.</para>
/// <para>Accuracy: wide, that of 32-bit sums; narrow, 2^-8 of the largest term in BF16.</para>
/// </remarks>
internal sealed class DenseMatrix(int outputs, int inputs, WeightFormat format, bool isGated, bool isNarrow, torch.Tensor weight)
    : TorchMatrix(outputs, inputs, format, isGated)
{
    private readonly bool _isSingle = weight.dtype == torch.ScalarType.Float32;

    /// <inheritdoc />
    public override long Bytes { get; } = weight.NumberOfElements * weight.ElementSize;

    /// <inheritdoc />
    public override torch.Tensor Multiply(TorchTensor x, torch.Tensor? bias)
    {
        if (_isSingle)
        {
            return Product(x.Single, weight, bias);
        }

        if (!isNarrow)
        {
            return Product(x.Single, weight.to(torch.ScalarType.Float32), bias);
        }

        var y = Product(Narrow(x), weight, bias: null);
        return bias is null ? y : y.add(bias, Scalars.One);
    }

    /// <inheritdoc />
    public override torch.Tensor Select(torch.Tensor rows) => weight.index_select(0, rows).to(torch.ScalarType.Float32);

    /// <inheritdoc />
    public override void Dispose() => weight.Dispose();

    // Several matrices multiply the same rows: rounded once. Where a product left its rows in this type already, there is nothing to do.
    private torch.Tensor Narrow(TorchTensor x)
    {
        if (x.Value.dtype == weight.dtype)
        {
            return x.Value;
        }

        return weight.dtype == torch.ScalarType.BFloat16
            ? x.Derived(Form.BFloat16, static value => value.to(torch.ScalarType.BFloat16))
            : x.Derived(Form.Half, static value => value.to(torch.ScalarType.Float16));
    }
}
