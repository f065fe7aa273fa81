using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Checkpoints;
using Slerp.Engine.Decoding;
using Slerp.Engine.Drafting.DraftModel;
using Slerp.Engine.Models;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine;

/// <summary>A draft model's folder, opened and found to speak the target's vocabulary; nothing of it is packed yet. Immutable.</summary>
internal sealed class DraftCheckpoint
{
    private const string Suffix = "-draft";

    private readonly EngineOptions _options;
    private readonly CheckpointDirectory _directory;
    private readonly DecoderShape _shape;

    private DraftCheckpoint(EngineOptions options, CheckpointDirectory directory, DecoderShape shape)
    {
        _options = options;
        _directory = directory;
        _shape = shape;
    }

    /// <summary>Bytes of its weights and its KV cache, for a target of so many tokens.</summary>
    public long Bytes(IComputeBackend backend, int contextTokens) => Plan(backend, contextTokens).Bytes;

    /// <summary>Opens the draft model that the options name; null where they name none.</summary>
    /// <exception cref="EngineException">It cannot be read, is not supported, or speaks another vocabulary.</exception>
    public static DraftCheckpoint? Find(EngineOptions options, ITokenizer target) =>
        options.DraftModelPath is { } path ? Open(options, path, target) : null;

    /// <summary>What drafts for a target: the model the options name, or the one beside the checkpoint; null where there is neither.</summary>
    /// <param name="named">What <see cref="Find"/> found.</param>
    /// <param name="options">The options.</param>
    /// <param name="target">The target's tokenizer.</param>
    /// <param name="companions">Loads it.</param>
    /// <param name="contextTokens">Tokens that the target holds.</param>
    /// <param name="cacheBytes">The target's KV cache: promised, and seen in the free memory only when it is written.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    public static Lazy<DraftingModel>? Load(
        DraftCheckpoint? named,
        EngineOptions options,
        ITokenizer target,
        Companions companions,
        int contextTokens,
        long cacheBytes,
        CancellationToken cancellationToken)
    {
        var promisedBytes = cacheBytes;
        var model = companions.Load(
            options.DraftModelPath,
            Suffix,
            (path, backend, cancellation) => (named ?? Open(options, path, target)).Load(backend, contextTokens, promisedBytes, cancellation),
            cancellationToken);
        // It was loaded or failed by now. Later attempts find the cache's written pages gone from the free memory: they must not count twice.
        promisedBytes = 0;
        return model;
    }

    private static DraftCheckpoint Open(EngineOptions options, string path, ITokenizer target)
    {
        var directory = CheckpointDirectory.Open(path, ModelCatalog.Require);
        var shape = ModelCatalog.Find(directory.Config).Read(directory.Config);
        SameVocabulary.Require(
            path, "the draft model", TokenizerLoader.Load(path), target, "A draft model must have the vocabulary of the model it drafts for.");
        return new DraftCheckpoint(options, directory, shape);
    }

    private (int ContextTokens, int Pages, long Bytes) Plan(IComputeBackend backend, int contextTokens)
    {
        var context = Math.Min(contextTokens, _shape.MaxPositions);
        var (pages, bytes) = MemoryBudget.PlanDraft(_options, _shape, _directory.Stored, backend, context);
        return (context, pages, bytes);
    }

    private DraftingModel Load(IComputeBackend backend, int contextTokens, long promisedBytes, CancellationToken cancellationToken)
    {
        var plan = Plan(backend, contextTokens);
        MemoryBudget.RequireRoom(plan.Bytes, backend.Memory.AvailableBytes - promisedBytes);
        using var weights = _directory.OpenWeights();
        using var parts = new HalfBuilt();
        var loader = parts.Keep(new TransformerLoader(_shape, weights, backend, _options.WeightFormat));
        var decoder = loader.Load(null, cancellationToken);
        var store = parts.Keep(backend.CreateKvStore(
            plan.Pages, _shape.Heads.KvHeads, _shape.Heads.HeadSize, KvFormatChoice.Resolve(_options, _directory.Stored, backend)));
        var cache = new KvCache(backend, store, _shape.Layers, _options.MaxConcurrentRequests, plan.ContextTokens);
        var workspace = parts.Keep(backend.CreateWorkspace());
        var model = new DraftingModel
        {
            Decoder = decoder,
            Cache = cache,
            Workspace = workspace,
            Costs = CostCalibration.Measure(decoder, cache, workspace, cancellationToken),
            Matrices = loader.Matrices,
            ContextTokens = plan.ContextTokens,
        };
        parts.Complete();
        return model;
    }
}
