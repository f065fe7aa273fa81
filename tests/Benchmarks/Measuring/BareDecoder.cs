using Slerp.Engine;
using Slerp.Engine.Steps;

namespace Slerp.Benchmarks.Measuring;

/// <summary>Told the logits that follow position <paramref name="position"/> of a text.</summary>
internal delegate void LogitsReader(int position, ReadOnlySpan<float> logits);

/// <summary>A loaded model without engine thread, queue or reader: the bare loop that the product's path is compared with.</summary>
internal sealed class BareDecoder : IDisposable
{
    private const int ChunkTokens = 128;

    private readonly StepBatch _batch = new();
    private readonly TokenTree _tree = new();
    private int[] _path = [0];

    private BareDecoder(LoadedModel model) => Model = model;

    /// <summary>What is loaded.</summary>
    public LoadedModel Model { get; }

    /// <summary>Loads a checkpoint.</summary>
    public static BareDecoder Load(EngineOptions options) => new(LoadedModel.Load(options, null, TimeProvider.System, CancellationToken.None));

    /// <summary>A sequence that holds these tokens.</summary>
    public int Open(ReadOnlySpan<int> tokens)
    {
        var slot = Model.Cache.TryOpen();
        for (var start = 0; start < tokens.Length; start += ChunkTokens)
        {
            Read(slot, tokens.Slice(start, Math.Min(ChunkTokens, tokens.Length - start)), WantedRows.None);
        }

        return slot;
    }

    /// <summary>Forgets a sequence.</summary>
    public void Close(int slot) => Model.Cache.Release(slot);

    /// <summary>One vanilla greedy step: a token in, the next one out.</summary>
    public int Step(int slot, int token) => Read(slot, [token], WantedRows.Last).ArgMax(0);

    /// <summary>Reads a prompt in one pass and returns the token that follows.</summary>
    public int Prefill(int slot, ReadOnlySpan<int> tokens) => Read(slot, tokens, WantedRows.Last).ArgMax(0);

    /// <summary>A verification of a chain: every row carried to its arg-max, nothing kept.</summary>
    public void Verify(int slot, ReadOnlySpan<int> tokens)
    {
        var output = Forward(slot, tokens, WantedRows.All);
        for (var row = 0; row < tokens.Length; row++)
        {
            _ = output.ArgMax(row);
        }
    }

    /// <summary>Reads a text and tells the logits after each of its positions.</summary>
    public void Score(ReadOnlySpan<int> tokens, LogitsReader reader)
    {
        var slot = Model.Cache.TryOpen();
        var logits = new float[Model.Info.VocabularySize];
        for (var start = 0; start < tokens.Length; start += ChunkTokens)
        {
            var chunk = tokens.Slice(start, Math.Min(ChunkTokens, tokens.Length - start));
            var output = Read(slot, chunk, WantedRows.All);
            for (var row = 0; row < chunk.Length; row++)
            {
                output.CopyLogits(row, logits);
                reader(start + row, logits);
            }
        }

        Close(slot);
    }

    /// <inheritdoc />
    public void Dispose() => Model.Dispose();

    private StepOutput Read(int slot, ReadOnlySpan<int> tokens, WantedRows wanted)
    {
        var output = Forward(slot, tokens, wanted);
        if (_path.Length < tokens.Length)
        {
            _path = [.. Enumerable.Range(0, tokens.Length)];
        }

        Model.Cache.Commit(slot, _path.AsSpan(0, tokens.Length));
        return output;
    }

    private StepOutput Forward(int slot, ReadOnlySpan<int> tokens, WantedRows wanted)
    {
        var rows = Model.Cache.Rows(slot, 0) + tokens.Length;
        if (rows > Model.Info.ContextTokens)
        {
            throw new InvalidOperationException($"The model is loaded for {Model.Info.ContextTokens:N0} tokens; {rows:N0} are asked for. Lower what counts them (--context, --tokens, --rows, --lengths).");
        }

        if (!Model.Cache.TryReserve(slot, tokens.Length))
        {
            throw new InvalidOperationException(
                $"The KV cache has no room for {tokens.Length} more rows: {Model.Cache.FreePages} of {Model.Cache.TotalPages} pages are free. Lower what counts tokens (--context, --tokens, --rows, --lengths).");
        }

        _tree.SetChain(tokens);
        _batch.Clear();
        _batch.Add(new StepSlice(slot, _tree, wanted, 0));
        return Model.Decoder.Forward(_batch, Model.Cache, Model.Workspace);
    }
}
