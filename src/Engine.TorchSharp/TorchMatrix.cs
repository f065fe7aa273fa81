using Slerp.Engine.Backends;
using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <summary>A weight matrix on the device. Of a gated pair, the rows of the gate stand before those of the other.</summary>
internal abstract class TorchMatrix(int outputs, int inputs, WeightFormat format, bool isGated) : Matrix(outputs, inputs, format)
{
    /// <summary>Whether it holds the two matrices of a gated MLP.</summary>
    public bool IsGated { get; } = isGated;

    /// <summary>y = W x + b for each row of x: [rows, outputs], twice as wide where gated. Belongs to the open dispose scope.</summary>
    public abstract torch.Tensor Multiply(TorchTensor x, torch.Tensor? bias);

    /// <summary>Rows of W in 32 bits.</summary>
    public abstract torch.Tensor Select(torch.Tensor rows);

    /// <summary>y = x Wᵀ + b, in one element type.</summary>
    /// <remarks>Through functional.linear: Tensor.matmul ends the process where shapes do not fit.</remarks>
    protected static torch.Tensor Product(torch.Tensor x, torch.Tensor weight, torch.Tensor? bias) => torch.nn.functional.linear(x, weight, bias);
}
