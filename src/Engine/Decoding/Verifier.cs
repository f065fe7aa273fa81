using Slerp.Engine.Sampling;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Decoding;

/// <summary>Walks a tree along the target's own choices: one acceptance for every drafter and every sampling mode.</summary>
/// <remarks>
/// At each node the target's token for that position decides, drawn exactly as without a draft (greedy arg-max, or the draw of the position).
/// A child that carries it is accepted and walked into; otherwise the token is the correction, or at a leaf the bonus, and the walk ends.
/// Penalties, stop texts and limits see the tokens one by one, as in vanilla decoding, so that the text is the same.
/// </remarks>
internal sealed class Verifier
{
    private readonly LogitsPipeline _pipeline = new();
    private int[] _path = new int[16];

    /// <summary>Takes tokens from the rows of <paramref name="sequence"/>'s tree until the walk or the answer ends.</summary>
    /// <param name="sequence">The sequence; its tree holds node 0, the last known token.</param>
    /// <param name="output">The step's output.</param>
    /// <param name="firstRow">The output row of node <paramref name="node"/>.</param>
    /// <param name="node">The node to start from: 0 for a tree, the last for a prompt chunk.</param>
    /// <returns>The accepted nodes below the start, ascending, valid until the next call.</returns>
    /// <exception cref="NumericalException">A row on the path is not finite.</exception>
    public ReadOnlySpan<int> Walk(Sequence sequence, StepOutput output, int firstRow, int node)
    {
        var accepted = 0;
        var start = node;
        while (true)
        {
            var row = firstRow + node - start;
            var token = _pipeline.Pick(output, row, sequence.Sampling, sequence.Penalties, sequence.Counts, sequence.Count);
            if (token < 0)
            {
                throw new NumericalException(
                    $"The model's logits at position {sequence.Count} are not finite. The weights or the prompt drive it out of range; other requests go on.");
            }

            var goesOn = sequence.Take(token);
            node = goesOn ? sequence.Tree.FindChild(node, token) : -1;
            if (node < 0)
            {
                return _path.AsSpan(0, accepted);
            }

            if (accepted == _path.Length)
            {
                Array.Resize(ref _path, accepted * 2);
            }

            _path[accepted++] = node;
        }
    }
}
