using Slerp.Engine.Backends;

namespace Slerp.Engine.Layers;

/// <summary>y = x / √(mean(x²) + eps) ⊙ w. Source: Zhang and Sennrich 2019 (1910.07467).</summary>
/// <param name="Weight">w [1, width].</param>
/// <param name="Epsilon">eps.</param>
internal sealed record RmsNorm(Tensor Weight, float Epsilon)
{
    /// <summary>The normalised rows in a new tensor of the step.</summary>
    public Tensor Forward(IComputeBackend backend, Workspace workspace, Tensor x)
    {
        var y = workspace.Rent(x.Rows, x.Columns);
        backend.RmsNorm(x, Weight, Epsilon, y);
        return y;
    }
}
