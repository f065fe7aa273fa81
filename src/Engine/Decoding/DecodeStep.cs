using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Drafting;
using Slerp.Engine.Merging;
using Slerp.Engine.Models;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Decoding;

/// <summary>Propose, forward, verify, commit: one pass over the weights for every sequence of the step.</summary>
internal sealed class DecodeStep(IDecoder decoder, KvCache cache, Workspace workspace, StepPrices prices)
{
    private readonly StepBatch _batch = new();
    private readonly Verifier _verifier = new();
    private readonly DraftRound _drafts = new(prices);
    private readonly MergeStep _merging = new();
    private int[] _path = new int[64];

    /// <summary>Puts the next <paramref name="tokens"/> pending tokens of a sequence into its tree, one more or less where a merged pair would be split.</summary>
    public static void Begin(Sequence sequence, int tokens) =>
        sequence.Tree.SetChain(
            sequence.Tokens.Slice(sequence.Rows, sequence.Merging?.ChunkTokens(sequence.Rows, tokens) ?? tokens), sequence.Embedded, sequence.Rows);

    /// <summary>Makes room for a sequence's tree: all pages, or none and false.</summary>
    public bool TryReserve(Sequence sequence) => MergedRows.TryReserve(cache, sequence.Slot, sequence.Merging, sequence.Tree.Count);

    /// <summary>Lets the drafters of <paramref name="sequences"/> add to the trees of those that decode.</summary>
    public void Propose(ReadOnlySpan<Sequence> sequences)
    {
        prices.BeginStep();
        _drafts.Propose(sequences);
    }

    /// <summary>Runs the trees of <paramref name="sequences"/>. Room is reserved for all their rows.</summary>
    /// <remarks>What is thrown for one sequence's rows fails it alone. What the forward pass throws fails the whole step: the caller ends its sequences.</remarks>
    public void Run(ReadOnlySpan<Sequence> sequences)
    {
        prices.Start();
        _batch.Clear();
        _merging.Clear();
        var areDecoding = true;
        foreach (var sequence in sequences)
        {
            areDecoding &= sequence is { PendingTokens: 1, Reader: null };
            sequence.Clock.Start();
            _merging.Add(sequence.Merging);
            _batch.Add(new StepSlice(sequence.Slot, sequence.Tree, Wanted(sequence), sequence.PromptTokens));
        }

        var output = decoder.Forward(_batch, cache, workspace, _merging.IsEmpty ? null : _merging);
        var row = 0;
        for (var index = 0; index < sequences.Length; index++)
        {
            var rows = _batch.Slices[index].WantedCount;
            try
            {
                Settle(sequences[index], output, row, rows);
            }
#pragma warning disable CA1031 // Whatever it is, it is told to the reader of this sequence; the others have done nothing wrong.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                sequences[index].Fail(failure as EngineException
                    ?? new StepException($"A step of the engine failed for this request: {failure.Message} The request ends; others go on.", failure));
            }

            row += rows;
        }

        prices.Stop();
        if (areDecoding)
        {
            prices.EndStep(row);
        }
    }

    // A chunk that ends before the last known token is only read; one that ends with it speaks; a single token may carry a draft.
    private static WantedRows Wanted(Sequence sequence)
    {
        if (sequence.Reader is { } reader)
        {
            return reader.Wanted(sequence.Rows, sequence.Tree.Count);
        }

        if (sequence.PendingTokens == 1)
        {
            return WantedRows.All;
        }

        return sequence.Tree.Count < sequence.PendingTokens ? WantedRows.None : WantedRows.Last;
    }

    private void Settle(Sequence sequence, StepOutput output, int row, int rows)
    {
        var known = sequence.PendingTokens == 1 ? 1 : sequence.Tree.Count;
        sequence.Reader?.Take(output, row, rows, sequence.Rows);
        if (rows == 0 || sequence.Reader is not null)
        {
            Commit(sequence, known, []);
            sequence.EndReading();
            return;
        }

        // Before the first step that speaks, so that it learns from the prompt's last row already.
        sequence.Drafting.Open();
        var before = sequence.Count;
        var isDecoding = before > sequence.PromptTokens;
        _verifier.Walk(sequence, output, row, known - 1);
        if (isDecoding)
        {
            sequence.Steps++;
            sequence.DecodedTokens += _verifier.Chosen.Length;
        }

        sequence.Clock.Token(sequence.Count - before);
        var accepted = _verifier.Path[1..];
        sequence.Drafting.Ledger.Count(sequence.Tree.Count - known, accepted.Length);
        sequence.Drafting.Observe(new StepOutcome
        {
            Tree = sequence.Tree,
            Path = _verifier.Path,
            Chosen = _verifier.Chosen,
            Output = output,
            FirstRow = row,
            FirstNode = known - 1,
        });
        Commit(sequence, known, accepted);
        sequence.Publish();
    }

    private void Commit(Sequence sequence, int known, ReadOnlySpan<int> accepted)
    {
        if (MergedRows.TryCommit(cache, sequence.Slot, sequence.Merging, out var rows))
        {
            sequence.Rows += rows;
            return;
        }

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
