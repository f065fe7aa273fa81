using Slerp.Engine.Backends;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Layers;

/// <summary>Hidden rows to logits: final norm, then the head; only for the rows that are asked for.</summary>
internal sealed class LmHead(IComputeBackend backend, RmsNorm norm, Matrix weight)
{
    private readonly LogitsOutput _output = new(backend);
    private int[] _speaking = new int[16];

    /// <summary>The head [vocabulary, width].</summary>
    public Matrix Weight => weight;

    /// <summary>Makes the output of a step, valid until the next call.</summary>
    /// <param name="workspace">The step's workspace.</param>
    /// <param name="batch">The step.</param>
    /// <param name="hidden">Its wanted rows of the residual stream [wanted, width], or null where none are wanted.</param>
    public StepOutput Forward(Workspace workspace, StepBatch batch, Tensor? hidden)
    {
        if (hidden is null)
        {
            _output.SetEmpty(weight.Outputs, weight.Inputs);
            return _output;
        }

        var normed = norm.Forward(backend, workspace, hidden);
        if (batch.HiddenOnlyCount == 0)
        {
            var (logits, maxima) = Score(workspace, normed);
            _output.Set(normed, logits, maxima);
            return _output;
        }

        var speaking = Speaking(batch);
        _output.SetEmpty(weight.Outputs, weight.Inputs);
        var scores = speaking.Length == 0 ? default : Score(workspace, Gather(workspace, normed, speaking));
        _output.Set(normed, scores.Logits, scores.Maxima, speaking);
        return _output;
    }

    private (Tensor Logits, Tensor Maxima) Score(Workspace workspace, Tensor normed)
    {
        var logits = workspace.Rent(normed.Rows, weight.Outputs);
        var maxima = workspace.Rent(normed.Rows, (weight.Outputs + IComputeBackend.ScoreBlock - 1) / IComputeBackend.ScoreBlock);
        backend.Score(weight, normed, logits, maxima);
        return (logits, maxima);
    }

    private Tensor Gather(Workspace workspace, Tensor normed, ReadOnlySpan<int> rows)
    {
        var gathered = workspace.Rent(rows.Length, weight.Inputs);
        backend.Gather(normed, rows, gathered);
        return gathered;
    }

    // The wanted rows that want logits, ascending.
    private ReadOnlySpan<int> Speaking(StepBatch batch)
    {
        if (_speaking.Length < batch.WantedCount)
        {
            _speaking = new int[batch.WantedCount * 2];
        }

        var count = 0;
        var row = 0;
        foreach (var slice in batch.Slices)
        {
            for (var end = row + slice.WantedCount; row < end; row++)
            {
                if (slice.Wanted != WantedRows.Hidden)
                {
                    _speaking[count++] = row;
                }
            }
        }

        return _speaking.AsSpan(0, count);
    }
}
