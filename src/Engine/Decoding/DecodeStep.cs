using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Models;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Decoding;

/// <summary>Propose, forward, verify, commit: one pass over the weights for every sequence of the step.</summary>
internal sealed class DecodeStep(IDecoder decoder, KvCache cache, Workspace workspace)
{
    private readonly StepBatch _batch = new();
    private readonly Verifier _verifier = new();
    private int[] _path = new int[64];

    /// <summary>Puts the next <paramref name="tokens"/> pending tokens of a sequence into its tree.</summary>
    public static void Propose(Sequence sequence, int tokens) =>
        sequence.Tree.SetChain(sequence.Tokens.Slice(sequence.Rows, tokens));

    /// <summary>Runs the trees of <paramref name="sequences"/>. Room is reserved for all their rows.</summary>
    /// <remarks>A sequence whose rows cannot be used fails alone. What the backend throws fails the whole step: the caller ends its sequences.</remarks>
    public void Run(ReadOnlySpan<Sequence> sequences)
    {
        _batch.Clear();
        foreach (var sequence in sequences)
        {
            sequence.Clock.Start();
            _batch.Add(new StepSlice(sequence.Slot, sequence.Tree, Wanted(sequence), sequence.PromptTokens));
        }

        var output = decoder.Forward(_batch, cache, workspace);
        var row = 0;
        foreach (var sequence in sequences)
        {
            var rows = Wanted(sequence) switch
            {
                WantedRows.None => 0,
                WantedRows.Last => 1,
                _ => sequence.Tree.Count,
            };
            try
            {
                Settle(sequence, output, row, rows);
            }
            catch (EngineException failure)
            {
                sequence.Fail(failure);
            }

            row += rows;
        }
    }

    // A chunk that ends before the last known token is only read; one that ends with it speaks; a single token may carry a draft.
    private static WantedRows Wanted(Sequence sequence)
    {
        if (sequence.PendingTokens == 1)
        {
            return WantedRows.All;
        }

        return sequence.Tree.Count < sequence.PendingTokens ? WantedRows.None : WantedRows.Last;
    }

    private void Settle(Sequence sequence, StepOutput output, int row, int rows)
    {
        var known = sequence.PendingTokens == 1 ? 1 : sequence.Tree.Count;
        var accepted = ReadOnlySpan<int>.Empty;
        if (rows > 0)
        {
            sequence.Steps += sequence.Count > sequence.PromptTokens ? 1 : 0;
            accepted = _verifier.Walk(sequence, output, row, known - 1);
            sequence.Clock.Token();
        }

        Commit(sequence, known, accepted);
        if (rows > 0)
        {
            sequence.Output.Wake();
        }
    }

    private void Commit(Sequence sequence, int known, ReadOnlySpan<int> accepted)
    {
        var length = known + accepted.Length;
        if (_path.Length < length)
        {
            _path = new int[Math.Max(length, _path.Length * 2)];
        }

        for (var node = 0; node < known; node++)
        {
            _path[node] = node;
        }

        accepted.CopyTo(_path.AsSpan(known));
        cache.Commit(sequence.Slot, _path.AsSpan(0, length));
        sequence.Rows += length;
    }
}
