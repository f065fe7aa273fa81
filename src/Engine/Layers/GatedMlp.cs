using Slerp.Engine.Backends;

namespace Slerp.Engine.Layers;

/// <summary>W_down (silu(W_gate x) ⊙ (W_up x)). Source: Shazeer 2020 (2002.05202).</summary>
/// <param name="GateUp">W_gate and W_up, packed together.</param>
/// <param name="Down">W_down.</param>
internal sealed record GatedMlp(Matrix GateUp, Linear Down)
{
    /// <summary>residual += mlp(x).</summary>
    public void Forward(in StepContext step, Tensor x, Tensor residual)
    {
        var gated = step.Workspace.Rent(x.Rows, GateUp.Outputs);
        step.Backend.GatedLinear(GateUp, x, gated);
        Down.AddTo(step, gated, residual);
    }
}
