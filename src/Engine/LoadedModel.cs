using System.Collections.Frozen;
using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Checkpoints;
using Slerp.Engine.Constraints;
using Slerp.Engine.Decoding;
using Slerp.Engine.Drafting;
using Slerp.Engine.Drafting.LayerSkipping;
using Slerp.Engine.Drafting.MlpSpeculator;
using Slerp.Engine.Drafting.TokenRecycling;
using Slerp.Engine.Models;
using Slerp.Engine.Templates;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine;

/// <summary>Everything a checkpoint becomes in memory, and its owner.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly IComputeBackend _backend;
    private readonly IReadOnlyList<Matrix> _matrices;
    private readonly Companions _companions;

    private LoadedModel(IComputeBackend backend, IReadOnlyList<Matrix> matrices, Companions companions)
    {
        _backend = backend;
        _matrices = matrices;
        _companions = companions;
    }

    /// <summary>What it is.</summary>
    public required ModelInfo Info { get; init; }

    /// <summary>Text to ids and back.</summary>
    public required ITokenizer Tokenizer { get; init; }

    /// <summary>Prompts to ids.</summary>
    public required PromptEncoder Prompts { get; init; }

    /// <summary>Conversations whose ids are known.</summary>
    public required TranscriptMemory Transcripts { get; init; }

    /// <summary>Rows of finished sequences.</summary>
    public required PrefixIndex Prefixes { get; init; }

    /// <summary>What token recycling has learned.</summary>
    public required RecyclingMemory Recycling { get; init; }

    /// <summary>What rows cost on this machine.</summary>
    public required StepPrices Prices { get; init; }

    /// <summary>What this machine has found out about the checkpoint.</summary>
    public required MachineNotes Notes { get; init; }

    /// <summary>What of a prompt is merged.</summary>
    public required MergePlanner Merges { get; init; }

    /// <summary>Tokens that end an answer.</summary>
    public required IReadOnlySet<int> EndTokens { get; init; }

    /// <summary>Drafters by name; null stands for plain decoding.</summary>
    public required IReadOnlyDictionary<string, IDrafter?> Drafters { get; init; }

    /// <summary>The vocabulary as grammars see it; made when the first answer needs it.</summary>
    public required Lazy<ConstraintVocabulary> ConstraintVocabulary { get; init; }

    /// <summary>The decoder.</summary>
    public required IDecoder Decoder { get; init; }

    /// <summary>The KV cache.</summary>
    public required KvCache Cache { get; init; }

    /// <summary>Scratch of the decode step.</summary>
    public required Workspace Workspace { get; init; }

    /// <summary>Bytes of KV cache that a token merged after layer <paramref name="cutoff"/> saves.</summary>
    public long BytesPerMergedToken(int cutoff) =>
        (Cache.Layers - cutoff - 1) * CacheArithmetic.BytesPerRow(Cache.Store.KvHeads, Cache.Store.HeadSize, Cache.Store.Format);

    /// <summary>Reads a checkpoint, checks that it fits, and packs it.</summary>
    public static LoadedModel Load(EngineOptions options, IProgress<LoadProgress>? progress, TimeProvider time, CancellationToken cancellationToken)
    {
        var directory = CheckpointDirectory.Open(options.ModelPath, ModelCatalog.Require);
        var family = ModelCatalog.Find(directory.Config);
        var shape = family.Read(directory.Config);
        var tokenizer = TokenizerLoader.Load(options.ModelPath);
        if (tokenizer.VocabularySize > shape.VocabularySize)
        {
            throw new CheckpointException(
                options.ModelPath,
                $"the tokenizer has ids up to {tokenizer.VocabularySize - 1}, the embedding {shape.VocabularySize} rows. Use the tokenizer this model was trained with.");
        }

        var adapter = AdapterCheckpoint.Find(options, tokenizer);
        var draft = DraftCheckpoint.Find(options, tokenizer);
        var mask = LayerMaskFile.Load(directory, shape.Layers);
        var contextTokens = options.ContextTokens == 0 ? shape.MaxPositions : options.ContextTokens;
        var template = adapter?.Template ?? ChatTemplate.Load(options.ModelPath);
        int[] endTokens = adapter?.EndToken is { } end ? [.. directory.EndTokenIds.Append(end).Distinct()] : [.. directory.EndTokenIds];
        var backend = BackendCatalog.Create(options);
        using (var parts = new HalfBuilt())
        {
            parts.Keep(backend);
            var budget = MemoryBudget.Plan(options, shape, directory.Stored, backend, DrafterBytes(options, backend) + (draft?.Bytes(backend, contextTokens) ?? 0));
            using var weights = directory.OpenWeights();
            using var merged = adapter?.Apply(weights, shape, cancellationToken);
            var loader = parts.Keep(new TransformerLoader(shape, (IWeightSource?)merged ?? weights, backend, options.WeightFormat));
            var decoder = Pack(loader, directory.WeightBytes, progress, cancellationToken);
            merged?.RequireApplied();
            var store = parts.Keep(backend.CreateKvStore(
                budget.Pages, shape.Heads.KvHeads, shape.Heads.HeadSize, KvFormatChoice.Resolve(options, directory.Stored, backend)));
            var cache = new KvCache(backend, store, shape.Layers, options.MaxConcurrentRequests + options.CachedPrefixes, budget.ContextTokens);
            var transcripts = new TranscriptMemory(tokenizer, options.RememberTranscripts ? options.CachedPrefixes : 0);
            var workspace = parts.Keep(backend.CreateWorkspace());
            var recycling = new RecyclingMemory(shape.VocabularySize, options.RecyclingScope);
            var notes = MachineNotes.On(options, directory);
            var costs = options.Costs
                ?? StepCostNote.RecallOrMeasure(notes, backend, options.WeightFormat, store.Format, () => CostCalibration.Measure(decoder, cache, workspace, cancellationToken));
            // Costs that were given are meant as they stand.
            var clock = options.Costs is null ? time : null;
            var prices = new StepPrices(costs, clock);
            var companions = parts.Keep(new Companions(options, backend, parts, time));
            var model = new LoadedModel(backend, loader.Matrices, companions)
            {
                Drafters = Decorated(options.DecorateDrafter, DrafterCatalog.CreateAll(new DraftEnvironment(shape, prices)
                {
                    Time = clock,
                    Recycling = recycling,
                    Decoder = decoder,
                    Cache = cache,
                    Workspace = workspace,
                    Mask = mask,
                    Speculator = companions.Load(
                        options.SpeculatorPath,
                        "-mlp",
                        (path, its, cancellation) => SpeculatorNetwork.Load(path, its, options.WeightFormat, shape.Width, shape.VocabularySize, cancellation),
                        cancellationToken),
                    DraftModel = DraftCheckpoint.Load(draft, options, tokenizer, companions, budget.ContextTokens, store.PageBytes * budget.Pages, cancellationToken),
                })),
                Recycling = recycling,
                Prices = prices,
                Notes = notes,
                Tokenizer = tokenizer,
                ConstraintVocabulary = new Lazy<ConstraintVocabulary>(() => Vocabulary(tokenizer, shape, endTokens)),
                Prompts = new PromptEncoder(tokenizer, template, FallbackStart(directory), transcripts),
                Transcripts = transcripts,
                Merges = new MergePlanner(shape, options),
                Prefixes = new PrefixIndex(cache, shape.RowsDependOnLength ? 0 : options.CachedPrefixes),
                EndTokens = endTokens.ToFrozenSet(),
                Decoder = decoder,
                Cache = cache,
                Workspace = workspace,
                Info = new ModelInfo
                {
                    Name = adapter is null ? directory.Name : $"{directory.Name}+{adapter.Name}",
                    Adapter = merged is null ? null : adapter!.Describe(merged),
                    Architecture = directory.Config.Architecture ?? family.Architectures[0],
                    Device = $"{backend.Name} ({backend.Description})",
                    WeightFormat = loader.Matrices[0].Format,
                    KvFormat = store.Format,
                    Parameters = shape.Parameters,
                    WeightBytes = loader.Matrices.Sum(static matrix => matrix.Bytes),
                    KvCacheBytes = store.PageBytes * budget.Pages,
                    ContextTokens = budget.ContextTokens,
                    VocabularySize = shape.VocabularySize,
                    Layers = shape.Layers,
                    Width = shape.Width,
                    UnusedTensors = [.. weights.NeverServed],
                    HasChatTemplate = template is not null,
                    SupportsTools = template is not null && template.Traits.HasFlag(TemplateTraits.Tools),
                    ChatTemplate = template?.Source,
                    DefaultSampling = DefaultSampling(directory.Generation),
                    DefaultPenalties = new Penalties(Repetition: (float)directory.Generation.RepetitionPenalty),
                },
            };
            parts.Complete();
            return model;
        }
    }

    /// <summary>The drafter of a name; null stands for plain decoding.</summary>
    /// <exception cref="ArgumentException">This engine was loaded without what it needs.</exception>
    public IDrafter? DrafterNamed(string name) => Drafters.TryGetValue(name, out var drafter)
        ? drafter
        : throw new ArgumentException($"The drafter '{name}' needs {DrafterCatalog.NeedsOf(name)}, or use one of {string.Join(", ", Drafters.Keys)}.", nameof(name));

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var drafter in Drafters.Values)
        {
            drafter?.Dispose();
        }

        _companions.Dispose();
        Workspace.Dispose();
        Cache.Dispose();
        foreach (var matrix in _matrices)
        {
            matrix.Dispose();
        }

        _backend.Dispose();
    }

    private static Dictionary<string, IDrafter?> Decorated(Func<IDrafter, IDrafter>? decorate, Dictionary<string, IDrafter?> drafters) =>
        decorate is null ? drafters : drafters.ToDictionary(static pair => pair.Key, pair => pair.Value is { } drafter ? decorate(drafter) : null);

    private static long DrafterBytes(EngineOptions options, IComputeBackend backend) =>
        options.SpeculatorPath is { } path ? WeightMemory.Bytes(options.WeightFormat, SpeculatorNetwork.StoredIn(path), backend) : 0;

    private static Transformer Pack(TransformerLoader loader, long totalBytes, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
    {
        var done = 0L;
        progress?.Report(new LoadProgress(0, totalBytes));
        var decoder = loader.Load(
            bytes =>
            {
                done += bytes;
                progress?.Report(new LoadProgress(Math.Min(done, totalBytes), totalBytes));
            },
            cancellationToken);
        progress?.Report(new LoadProgress(totalBytes, totalBytes));
        return decoder;
    }

    private static ConstraintVocabulary Vocabulary(ITokenizer tokenizer, DecoderShape shape, int[] endTokens) => new(
        shape.VocabularySize,
        token => token < tokenizer.VocabularySize ? tokenizer.BytesOf(token).ToArray() : default(ReadOnlyMemory<byte>),
        Enumerable.Range(0, tokenizer.VocabularySize).Where(tokenizer.IsSpecial),
        endTokens);

    // An empty prompt still needs a token to start from.
    private static int FallbackStart(CheckpointDirectory directory) =>
        directory.Config.BeginTokenId ?? directory.Generation.BeginTokenId ?? directory.EndTokenIds.FirstOrDefault();

    private static SamplingMode DefaultSampling(GenerationConfig generation) =>
        generation.Samples && generation.Temperature > 0
            ? new SamplingMode.Stochastic(
                (float)generation.Temperature, generation.TopK, (float)generation.TopP, (float)Math.Min(generation.MinP, 0.999), Seed: 0)
            : SamplingMode.Greedy.Instance;
}
