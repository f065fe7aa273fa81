using System.Numerics.Tensors;
using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Models;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Drafting;

/// <summary>One forward pass of a model that drafts, over a run of tokens for each of several slots; every row is kept.</summary>
/// <remarks>Engine thread only. Its output is valid until the next pass with the same workspace.</remarks>
internal sealed class DraftPass(IDecoder decoder, KvCache cache, Workspace workspace)
{
    private readonly StepBatch _batch = new();
    private readonly List<TokenTree> _runs = [];
    private int[] _path = [];
    private float[] _logits = [];

    /// <summary>Rows of the pass so far.</summary>
    public int Rows => _batch.RowCount;

    /// <summary>Forgets the runs of the last pass.</summary>
    public void Begin() => _batch.Clear();

    /// <summary>Adds the tokens that follow a slot's rows; false where the cache has no room for them.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="tokens">At least one.</param>
    /// <param name="promptTokens">Length of the prompt, as the target counts it.</param>
    /// <param name="speaks">Whether the last token's row is wanted.</param>
    public bool TryAdd(int slot, ReadOnlySpan<int> tokens, int promptTokens, bool speaks)
    {
        if (!cache.TryReserve(slot, tokens.Length))
        {
            return false;
        }

        if (_batch.SliceCount == _runs.Count)
        {
            _runs.Add(new TokenTree());
        }

        var run = _runs[_batch.SliceCount];
        run.SetChain(tokens);
        _batch.Add(new StepSlice(slot, run, speaks ? WantedRows.Last : WantedRows.None, promptTokens));
        return true;
    }

    /// <summary>Runs what was added. The output has one row for each run that speaks, in their order.</summary>
    public StepOutput Run()
    {
        var output = decoder.Forward(_batch, cache, workspace);
        foreach (var slice in _batch.Slices)
        {
            if (_path.Length < slice.Tree.Count)
            {
                _path = [.. Enumerable.Range(0, slice.Tree.Count * 2)];
            }

            cache.Commit(slice.Slot, _path.AsSpan(0, slice.Tree.Count));
        }

        return output;
    }

    /// <summary>Fetches a row for <see cref="Read"/>, before a token is picked from it: a backend that is asked for the likeliest first may look for them, and then compute all.</summary>
    public void Fetch(StepOutput output, int row)
    {
        if (_logits.Length != output.VocabularySize)
        {
            _logits = new float[output.VocabularySize];
        }

        output.CopyLogits(row, _logits);
    }

    /// <summary>The probability of a token by the softmax of the row fetched last, and the likeliest other tokens, descending; 0 where the row is not finite. Once a row.</summary>
    /// <remarks>A device call for each question would cost a small model more than the answer.</remarks>
    public float Read(int token, Span<int> others)
    {
        var logits = _logits.AsSpan();
        var chosen = logits[token];
        logits[token] = float.NegativeInfinity;
        var sum = 1.0;
        for (var rank = 0; rank < others.Length; rank++)
        {
            others[rank] = TensorPrimitives.IndexOfMax<float>(logits);
            sum += Math.Exp(logits[others[rank]] - chosen);
            logits[others[rank]] = float.NegativeInfinity;
        }

        TensorPrimitives.Subtract(logits, chosen, logits);
        TensorPrimitives.Exp<float>(logits, logits);
        sum += TensorPrimitives.Sum<float>(logits);
        return double.IsFinite(sum) ? (float)(1 / sum) : 0;
    }
}
