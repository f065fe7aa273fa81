using Slerp.Engine.Backends;

namespace Slerp.Engine.Layers;

/// <summary>y = W x + b.</summary>
/// <param name="Weight">W [outputs, inputs].</param>
/// <param name="Bias">b [1, outputs], or null.</param>
internal sealed record Linear(Matrix Weight, Tensor? Bias)
{
    /// <summary>y = W x + b in a new tensor of the step.</summary>
    public Tensor Forward(in StepContext step, Tensor x)
    {
        var y = step.Workspace.Rent(x.Rows, Weight.Outputs);
        step.Backend.Linear(Weight, x, Bias, y);
        return y;
    }

    /// <summary>residual += W x + b.</summary>
    public void AddTo(in StepContext step, Tensor x, Tensor residual) => step.Backend.LinearAdd(Weight, x, Bias, residual);
}
