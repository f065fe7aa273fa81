using Slerp.Engine.Backends;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Layers;

/// <summary>Hidden rows to logits: final norm, then the head; only for the rows that are asked for.</summary>
internal sealed class LmHead(IComputeBackend backend, RmsNorm norm, Matrix weight)
{
    private readonly LogitsOutput _output = new(backend);

    /// <summary>The head [vocabulary, width].</summary>
    public Matrix Weight => weight;

    /// <summary>Makes the output of a step, valid until the next call.</summary>
    /// <param name="workspace">The step's workspace.</param>
    /// <param name="hidden">The wanted rows of the residual stream [wanted, width], or null where none are wanted.</param>
    public StepOutput Forward(Workspace workspace, Tensor? hidden)
    {
        if (hidden is null)
        {
            _output.SetEmpty(weight.Outputs, weight.Inputs);
            return _output;
        }

        var normed = norm.Forward(backend, workspace, hidden);
        var logits = workspace.Rent(hidden.Rows, weight.Outputs);
        backend.Linear(weight, normed, null, logits);
        _output.Set(normed, logits);
        return _output;
    }
}
