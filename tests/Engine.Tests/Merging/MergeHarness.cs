using Slerp.Engine.Decoding;
using Slerp.Engine.Merging;
using Slerp.Engine.Steps;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests.Merging;

/// <summary>A toy decoder that reads texts merged, in chunks, alone or beside others.</summary>
internal sealed class MergeHarness : IDisposable
{
    private readonly DecoderHarness _decoder;
    private readonly StepBatch _batch = new();
    private readonly MergeStep _step = new();

    public MergeHarness(TemporaryFolder folder, int layers = 5, int threads = 1, string architecture = "LlamaForCausalLM")
    {
        Folder = new ToyCheckpoint { Architecture = architecture, Layers = layers, Context = 512 }.Save(folder, architecture + layers);
        _decoder = new DecoderHarness(Path.Combine(Folder, "config.json"), Path.Combine(Folder, "model.safetensors"), threads);
    }

    public string Folder { get; }

    public DecoderHarness Decoder => _decoder;

    /// <summary>One text being read.</summary>
    internal sealed class Reader(int slot, SequenceMerging? merging)
    {
        public int Slot => slot;

        public SequenceMerging? Merging => merging;

        public TokenTree Tree { get; } = new();

        public float[]? Logits { get; set; }
    }

    public static int[] Text(int count, int seed = 0) => [.. Enumerable.Range(seed, count).Select(index => ((index * 37) + (index * index)) % 256)];

    public Reader Open(MergePlan? plan) => new(_decoder.Open(), plan is null ? null : SequenceMerging.For(plan));

    /// <summary>Reads a text to its end, in chunks.</summary>
    public float[] Read(Reader reader, ReadOnlySpan<int> tokens, int chunk = int.MaxValue)
    {
        while (_decoder.Cache.Rows(reader.Slot, 0) < tokens.Length)
        {
            Prepare(reader, tokens, chunk);
            Run(tokens.Length, reader);
        }

        return reader.Logits!;
    }

    /// <summary>Puts the next chunk into a reader's tree.</summary>
    public void Prepare(Reader reader, ReadOnlySpan<int> tokens, int chunk)
    {
        var rows = _decoder.Cache.Rows(reader.Slot, 0);
        var count = Math.Min(chunk, tokens.Length - rows);
        count = reader.Merging?.ChunkTokens(rows, count) ?? count;
        reader.Tree.SetChain(tokens.Slice(rows, count));
    }

    /// <summary>Runs the trees of readers as one batch; each gets the logits of its last row.</summary>
    public void Run(int promptTokens, params Reader[] readers)
    {
        _batch.Clear();
        _step.Clear();
        foreach (var reader in readers)
        {
            Assert.True(MergedRows.TryReserve(_decoder.Cache, reader.Slot, reader.Merging, reader.Tree.Count));
            _batch.Add(new StepSlice(reader.Slot, reader.Tree, WantedRows.Last, promptTokens));
            _step.Add(reader.Merging);
        }

        var output = _decoder.Decoder.Forward(_batch, _decoder.Cache, _decoder.Workspace, _step.IsEmpty ? null : _step);
        for (var index = 0; index < readers.Length; index++)
        {
            readers[index].Logits = new float[output.VocabularySize];
            output.CopyLogits(index, readers[index].Logits);
            if (!MergedRows.TryCommit(_decoder.Cache, readers[index].Slot, readers[index].Merging, out _))
            {
                _decoder.Cache.Commit(readers[index].Slot, [.. Enumerable.Range(0, readers[index].Tree.Count)]);
            }
        }
    }

    /// <summary>Rows of each layer.</summary>
    public int[] Rows(Reader reader) => [.. Enumerable.Range(0, _decoder.Cache.Layers).Select(layer => _decoder.Cache.Rows(reader.Slot, layer))];

    public void Dispose() => _decoder.Dispose();
}
