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
    public long Bytes(int contextTokens) => Plan(contextTokens).Bytes;

    /// <summary>Opens the draft model that the options name; null where they name none.</summary>
    /// <exception cref="EngineException">It cannot be read, is not supported, or speaks another vocabulary.</exception>
    public static DraftCheckpoint? Find(EngineOptions options, ITokenizer target) =>
        options.DraftModelPath is { } path ? Open(options, path, target) : null;

    /// <summary>What drafts for a target: the model the options name, loaded now; else the one beside the checkpoint, loaded when first used; else null.</summary>
    public static Lazy<DraftingModel>? Prepare(
        DraftCheckpoint? named, EngineOptions options, ITokenizer target, IComputeBackend backend, int contextTokens, CancellationToken cancellationToken)
    {
        if (named is not null)
        {
            return new Lazy<DraftingModel>(named.Load(backend, contextTokens, cancellationToken));
        }

        var beside = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.ModelPath)) + Suffix;
        return File.Exists(Path.Combine(beside, "config.json"))
            ? new Lazy<DraftingModel>(() => Open(options, beside, target).Load(backend, contextTokens, CancellationToken.None))
            : null;
    }

    private static DraftCheckpoint Open(EngineOptions options, string path, ITokenizer target)
    {
        var directory = CheckpointDirectory.Open(path);
        var shape = ModelCatalog.Find(directory.Config).Read(directory.Config);
        SameVocabulary.Require(
            path, "the draft model", TokenizerLoader.Load(path), target, "A draft model must have the vocabulary of the model it drafts for.");
        return new DraftCheckpoint(options, directory, shape);
    }

    private (int ContextTokens, int Pages, long Bytes) Plan(int contextTokens)
    {
        var context = Math.Min(contextTokens, _shape.MaxPositions);
        var (pages, bytes) = MemoryBudget.PlanDraft(_options, _shape, _directory.WeightBytes, context);
        return (context, pages, bytes);
    }

    private DraftingModel Load(IComputeBackend backend, int contextTokens, CancellationToken cancellationToken)
    {
        var plan = Plan(contextTokens);
        MemoryBudget.RequireRoom(plan.Bytes, backend.Memory);
        using var weights = _directory.OpenWeights();
        var loader = new TransformerLoader(_shape, weights, backend, _options.WeightFormat);
        var decoder = loader.Load(null, cancellationToken);
        var store = backend.CreateKvStore(plan.Pages, _shape.Heads.KvHeads, _shape.Heads.HeadSize, _options.KvFormat);
        var cache = new KvCache(backend, store, _shape.Layers, _options.MaxConcurrentRequests, plan.ContextTokens);
        var workspace = backend.CreateWorkspace();
        try
        {
            return new DraftingModel
            {
                Decoder = decoder,
                Cache = cache,
                Workspace = workspace,
                Costs = CostCalibration.Measure(decoder, cache, workspace, cancellationToken),
                Matrices = loader.Matrices,
                ContextTokens = plan.ContextTokens,
            };
        }
        catch
        {
            workspace.Dispose();
            cache.Dispose();
            throw;
        }
    }
}
