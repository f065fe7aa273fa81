using System.Diagnostics;
using Slerp.Engine;
using Slerp.Engine.Decoding;
using Slerp.Engine.Merging;
using Slerp.Engine.Steps;

namespace Slerp.Benchmarks.Merging;

/// <summary>Reads prompts merged or not, in the engine's chunks, on a loaded model without its thread.</summary>
internal sealed class MergedPrefill(LoadedModel model, int chunkTokens) : IDisposable
{
    private readonly StepBatch _batch = new();
    private readonly MergeStep _step = new();
    private readonly TokenTree _tree = new();

    /// <summary>The model.</summary>
    public LoadedModel Model => model;

    /// <summary>What reading one prompt gave.</summary>
    /// <param name="Seconds">Until the next token was known.</param>
    /// <param name="RowsAfter">Rows of the last layer.</param>
    /// <param name="KvRows">Rows of all layers.</param>
    /// <param name="Similarity">Mean cosine of the merged pairs.</param>
    internal readonly record struct Reading(double Seconds, int RowsAfter, long KvRows, double Similarity);

    /// <summary>Reads a prompt and writes the likeliest next tokens, best first.</summary>
    public Reading Read(ReadOnlySpan<int> tokens, MergePlan? plan, Span<int> next)
    {
        var merging = plan is null || plan.Cutoff >= model.Cache.Layers - 1 ? null : SequenceMerging.For(plan);
        var slot = model.Cache.TryOpen();
        var logits = new float[next.Length];
        var began = Stopwatch.GetTimestamp();
        for (var rows = 0; rows < tokens.Length; rows = model.Cache.Rows(slot, 0))
        {
            var count = Math.Min(chunkTokens, tokens.Length - rows);
            count = merging?.ChunkTokens(rows, count) ?? count;
            var output = Step(slot, tokens.Slice(rows, count), merging, rows + count == tokens.Length, tokens.Length);
            if (rows + count == tokens.Length)
            {
                output.TopK(0, next, logits);
            }

            Commit(slot, merging, count);
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var last = model.Cache.Layers - 1;
        var reading = new Reading(
            seconds, model.Cache.Rows(slot, last), Enumerable.Range(0, last + 1).Sum(layer => (long)model.Cache.Rows(slot, layer)), merging?.MeanSimilarity ?? 0);
        model.Cache.Release(slot);
        return reading;
    }

    /// <inheritdoc />
    public void Dispose() => model.Dispose();

    private StepOutput Step(int slot, ReadOnlySpan<int> chunk, SequenceMerging? merging, bool isLast, int promptTokens)
    {
        _tree.SetChain(chunk);
        if (!MergedRows.TryReserve(model.Cache, slot, merging, chunk.Length))
        {
            throw new InvalidOperationException($"The KV cache has no room for {chunk.Length} more rows: {model.Cache.FreePages} of {model.Cache.TotalPages} pages are free.");
        }

        _batch.Clear();
        _batch.Add(new StepSlice(slot, _tree, isLast ? WantedRows.Last : WantedRows.None, promptTokens));
        _step.Clear();
        _step.Add(merging);
        return model.Decoder.Forward(_batch, model.Cache, model.Workspace, merging is null ? null : _step);
    }

    private void Commit(int slot, SequenceMerging? merging, int rows)
    {
        if (!MergedRows.TryCommit(model.Cache, slot, merging, out _))
        {
            model.Cache.CommitRows(slot, rows, model.Cache.Layers, rows);
        }
    }
}
