using Slerp.Engine;
using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;
using Slerp.Engine.Cache;
using Slerp.Engine.Checkpoints;
using Slerp.Engine.Models;
using Slerp.Engine.Steps;

namespace Slerp.Tests.Shared.Engine;

/// <summary>A decoder with a cache of its own: runs trees by hand.</summary>
internal sealed class DecoderHarness : IDisposable
{
    private readonly IComputeBackend _backend;
    private readonly SafetensorsWeights _weights;
    private readonly LoraWeights? _merged;
    private readonly TransformerLoader _loader;
    private readonly Workspace _workspace;
    private readonly StepBatch _batch = new();

    public DecoderHarness(
        string configFile, string weightsFile, int threads = 1, WeightFormat format = WeightFormat.AsStored, KvFormat kvFormat = KvFormat.Float32,
        Func<int, IComputeBackend>? backend = null, string? adapter = null)
    {
        var config = ModelConfigReader.Read(configFile);
        var shape = ModelCatalog.Find(config).Read(config);
        _backend = backend?.Invoke(threads) ?? new CpuBackend(new CpuBackendOptions(threads));
        _weights = SafetensorsWeights.OpenFile(weightsFile);
        _merged = adapter is null ? null : LoraWeights.Open(_weights, adapter, shape.TiedHead);
        _loader = new TransformerLoader(shape, (IWeightSource?)_merged ?? _weights, _backend, format);
        Decoder = _loader.Load(null, CancellationToken.None);
        _merged?.RequireApplied();
        var pages = CacheArithmetic.PagesFor(shape.MaxPositions) * shape.Layers * 4;
        Cache = new KvCache(_backend, _backend.CreateKvStore(pages, shape.Heads.KvHeads, shape.Heads.HeadSize, kvFormat), shape.Layers, 8, shape.MaxPositions);
        _workspace = _backend.CreateWorkspace();
    }

    public IDecoder Decoder { get; }

    public KvCache Cache { get; }

    public IComputeBackend Backend => _backend;

    public Workspace Workspace => _workspace;

    /// <summary>Opens a slot of the cache.</summary>
    public int Open() => Cache.TryOpen();

    /// <summary>Runs one tree and returns the logits of all its rows; nothing is committed.</summary>
    public float[][] Run(int slot, TokenTree tree, int promptTokens = 0) => Run((slot, tree, promptTokens))[0];

    /// <summary>Runs several trees as one batch.</summary>
    public float[][][] Run(params (int Slot, TokenTree Tree, int PromptTokens)[] slices)
    {
        _batch.Clear();
        foreach (var (slot, tree, prompt) in slices)
        {
            Assert.True(Cache.TryReserve(slot, tree.Count));
            _batch.Add(new StepSlice(slot, tree, WantedRows.All, prompt));
        }

        var output = Decoder.Forward(_batch, Cache, _workspace);
        var row = 0;
        var results = new float[slices.Length][][];
        for (var index = 0; index < slices.Length; index++)
        {
            results[index] = new float[slices[index].Tree.Count][];
            for (var node = 0; node < results[index].Length; node++, row++)
            {
                results[index][node] = new float[output.VocabularySize];
                output.CopyLogits(row, results[index][node]);
            }
        }

        return results;
    }

    /// <summary>Logits of every position of a text, read in chunks.</summary>
    public float[][] Read(int slot, ReadOnlySpan<int> tokens, int chunk)
    {
        var rows = new List<float[]>();
        var tree = new TokenTree();
        for (var start = 0; start < tokens.Length; start += chunk)
        {
            tree.SetChain(tokens.Slice(start, Math.Min(chunk, tokens.Length - start)));
            rows.AddRange(Run(slot, tree, tokens.Length));
            Cache.Commit(slot, [.. Enumerable.Range(0, tree.Count)]);
        }

        return [.. rows];
    }

    /// <summary>The greedy continuation of a text, one token a step.</summary>
    public int[] Greedy(ReadOnlySpan<int> prompt, int count)
    {
        var slot = Open();
        var logits = Read(slot, prompt, prompt.Length)[^1];
        var tokens = new int[count];
        var tree = new TokenTree();
        for (var index = 0; index < count; index++)
        {
            tokens[index] = ArgMax(logits);
            tree.SetChain([tokens[index]]);
            logits = Run(slot, tree, prompt.Length)[0];
            Cache.Commit(slot, [0]);
        }

        Cache.Release(slot);
        return tokens;
    }

    public static int ArgMax(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var index = 1; index < logits.Length; index++)
        {
            best = logits[index] > logits[best] ? index : best;
        }

        return best;
    }

    public void Dispose()
    {
        _workspace.Dispose();
        Cache.Dispose();
        foreach (var matrix in _loader.Matrices)
        {
            matrix.Dispose();
        }

        _merged?.Dispose();
        _weights.Dispose();
        _backend.Dispose();
    }
}
