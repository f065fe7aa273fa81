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
    private int[] _path = new int[16];
    private int[] _chosen = new int[16];
    private int _count;

    /// <summary>The nodes walked, ascending: the start and the accepted ones below it.</summary>
    public ReadOnlySpan<int> Path => _path.AsSpan(0, _count);

    /// <summary>The target's token at each node of <see cref="Path"/>; the last one is the correction or the bonus.</summary>
    public ReadOnlySpan<int> Chosen => _chosen.AsSpan(0, _count);

    /// <summary>Takes tokens from the rows of <paramref name="sequence"/>'s tree until the walk or the answer ends.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="output">The step's output.</param>
    /// <param name="firstRow">The output row of node <paramref name="start"/>; later nodes follow.</param>
    /// <param name="start">The node to start from: the last known token.</param>
    /// <exception cref="NumericalException">A row on the path is not finite.</exception>
    public void Walk(Sequence sequence, StepOutput output, int firstRow, int start)
    {
        _count = 0;
        for (var node = start; node >= 0;)
        {
            sequence.Segments?.Read(output, firstRow + node - start);
            var token = sequence.Choose(output, firstRow + node - start);
            if (token < 0)
            {
                throw new NumericalException(
                    $"The model's logits at position {sequence.Count} are not finite. The weights, the prompt or a penalty of the request drive them out of range; other requests go on.");
            }

            Note(node, token);
            sequence.Segments?.Score(token);
            node = sequence.Take(token) ? sequence.Tree.FindChild(node, token) : -1;
        }
    }

    private void Note(int node, int token)
    {
        if (_count == _path.Length)
        {
            Array.Resize(ref _path, _count * 2);
            Array.Resize(ref _chosen, _count * 2);
        }

        _path[_count] = node;
        _chosen[_count++] = token;
    }
}
