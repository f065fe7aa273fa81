using System.Runtime.InteropServices;
using Slerp.Engine.Backends;
using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <content>Products with loaded matrices.</content>
internal sealed partial class TorchBackend
{
    /// <inheritdoc />
    public void Embed(Matrix table, ReadOnlySpan<int> tokens, Tensor destination)
    {
        var matrix = Expect.Own(table, gated: false, nameof(Embed));
        var target = Expect.Shaped(nameof(Embed), nameof(destination), destination, tokens.Length, matrix.Inputs);
        Expect.Within(nameof(Embed), "token", tokens, matrix.Outputs);
        using var scope = torch.NewDisposeScope();
        try
        {
            target.Set(matrix.Select(_host.Indices(tokens)));
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(Embed), failure);
        }
    }

    /// <inheritdoc />
    public void Linear(Matrix weight, Tensor x, Tensor? bias, Tensor destination)
    {
        var (matrix, source, target, shift) = Product(nameof(Linear), weight, gated: false, x, bias, destination);
        using var scope = torch.NewDisposeScope();
        try
        {
            target.Set(matrix.Multiply(source, shift?.Single.view(-1)));
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(Linear), failure);
        }
    }

    /// <inheritdoc />
    public void LinearAdd(Matrix weight, Tensor x, Tensor? bias, Tensor destination)
    {
        var (matrix, source, target, shift) = Product(nameof(LinearAdd), weight, gated: false, x, bias, destination);
        using var scope = torch.NewDisposeScope();
        try
        {
            target.Change().add_(matrix.Multiply(source, shift?.Single.view(-1)), Scalars.One);
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(LinearAdd), failure);
        }
    }

    /// <inheritdoc />
    public void GatedLinear(Matrix gateUp, Tensor x, Tensor destination)
    {
        var (matrix, source, target, _) = Product(nameof(GatedLinear), gateUp, gated: true, x, bias: null, destination);
        using var scope = torch.NewDisposeScope();
        try
        {
            var both = matrix.Multiply(source, bias: null);
            target.Set(both.narrow(1, 0, matrix.Outputs).silu().mul_(both.narrow(1, matrix.Outputs, matrix.Outputs)));
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(GatedLinear), failure);
        }
    }

    private static (TorchMatrix Matrix, TorchTensor X, TorchTensor Y, TorchTensor? Bias) Product(
        string verb, Matrix weight, bool gated, Tensor x, Tensor? bias, Tensor destination)
    {
        var matrix = Expect.Own(weight, gated, verb);
        var source = Expect.Shaped(verb, nameof(x), x, x.Rows, matrix.Inputs);
        var target = Expect.Shaped(verb, nameof(destination), destination, x.Rows, matrix.Outputs);
        return (matrix, source, target, bias is null ? null : Expect.Shaped(verb, nameof(bias), bias, 1, matrix.Outputs));
    }
}
