using Slerp.Engine.Constraints;
using Slerp.Engine.Decoding;
using Slerp.Engine.Quality;
using Slerp.Engine.Scheduling;

namespace Slerp.Engine;

/// <summary>A loaded model and the thread that steps it: the façade, and the only composition root.</summary>
/// <remarks>Thread-safe. Requests run as one batch; one request's failure never harms another.</remarks>
public sealed class SlerpEngine : IAsyncDisposable
{
    /// <summary>Forms of answers whose grammars are kept: applications have few.</summary>
    private const int RememberedGrammars = 32;

    private readonly LoadedModel _model;
    private readonly GrammarMemory _grammars = new(RememberedGrammars);
    private readonly EngineLoop _loop;
    private readonly TimeProvider _time;
    private WarmStart? _warmStart;
    private readonly EmbeddingRun _embeddings;
    private readonly QualityBaseline _baseline;
    private readonly Lock _lock = new();
    private readonly HungChecks _hung = new();
    private Task? _disposal;

    private SlerpEngine(LoadedModel model, EngineLoop loop, EngineLoopLimits limits, TimeProvider time)
    {
        _model = model;
        _loop = loop;
        _time = time;
        _baseline = new QualityBaseline(model, loop, time);
        _embeddings = new EmbeddingRun(model, loop, time, limits.MaxRunning);
    }

    /// <summary>What is loaded.</summary>
    public ModelInfo Model => _model.Info;

    /// <summary>How it stands now.</summary>
    public EngineStatus Status
    {
        get
        {
            var cache = _model.Cache;
            var held = cache.TotalPages - cache.FreePages;
            return new EngineStatus(!_loop.IsStopping, _loop.Queued, _loop.QueueLimit, Model.KvCacheBytes / Math.Max(1, cache.TotalPages) * held, Model.KvCacheBytes)
            {
                WarmStartFailure = _warmStart?.Failure,
            };
        }
    }

    /// <summary>Pages of the KV cache that no running request holds, and all of them: what tests ask after a drill.</summary>
    internal (int Free, int Total) CachePages => (_model.Cache.FreePages + _model.Prefixes.HeldPages, _model.Cache.TotalPages);

    /// <summary>Told the tokens of every answer that has ended, on its reader's thread: for runs that compare them. Requests that began before it was set do not tell.</summary>
    internal AnswerEnded? Answered { get; set; }

    /// <summary>Whether steps correct the prices of drafts: set between the answers of runs that compare drafters with plain decoding, whose steps would tell for nothing what drafters pay for.</summary>
    internal bool LearnsPrices { set => _model.Prices.Learns = value; }

    /// <summary>Loads a checkpoint.</summary>
    /// <param name="options">What to load and how.</param>
    /// <param name="progress">Told as weights are packed; may be null.</param>
    /// <param name="time">The clock; the system's where null.</param>
    /// <param name="cancellationToken">Stops the load between blocks.</param>
    /// <exception cref="ArgumentException">An option is out of range, or contradicts the model or another; names it.</exception>
    /// <exception cref="CheckpointException">A file is missing, malformed or does not fit the others.</exception>
    /// <exception cref="UnsupportedModelException">The architecture is not known.</exception>
    /// <exception cref="DeviceException">The device does not hold what was asked for; nothing was allocated.</exception>
    public static Task<SlerpEngine> LoadAsync(
        EngineOptions options,
        IProgress<LoadProgress>? progress = null,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        EngineOptionLimits.Check(options);
        return Task.Run(() => Load(options, progress, time ?? TimeProvider.System, cancellationToken), cancellationToken);
    }

    /// <summary>Renders and encodes the prompt, checks that it fits, and queues it: on a thread of the pool, however long the prompt.</summary>
    /// <exception cref="ContextLengthException">The prompt does not fit; carries both numbers.</exception>
    /// <exception cref="CapacityException">The queue is full.</exception>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, or there is none.</exception>
    /// <exception cref="ArgumentException">The drafter needs what this engine was loaded without.</exception>
    /// <exception cref="ConstraintException">The form asked for cannot be kept; names the keyword.</exception>
    /// <exception cref="NotSupportedException">Merging is asked for in a way this engine does not run.</exception>
    /// <exception cref="ObjectDisposedException">The engine was disposed.</exception>
    public ValueTask<Generation> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        RequestLimits.Check(request);
        return request.Gate is { HoldsSegments: true } gate && QualityGate.Needs(gate.Checks, static check => check.NeedsCalibration)
            ? CalibratedAsync(request, cancellationToken)
            : new ValueTask<Generation>(BeginAsync(request, calibration: null, cancellationToken));
    }

    /// <summary>Turns texts into vectors of length 1, in one batch with whatever else runs.</summary>
    /// <exception cref="ContextLengthException">A text does not fit; nothing was read.</exception>
    /// <exception cref="CapacityException">The queue is full as the call comes; texts of a call under way wait for their places.</exception>
    /// <exception cref="ObjectDisposedException">The engine was disposed.</exception>
    public Task<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Task.Run(() => _embeddings.RunAsync(request, cancellationToken), cancellationToken);
    }

    /// <summary>Tokens of a text; control tokens are not recognised in it.</summary>
    public int CountTokens(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _model.Prompts.EncodeContent(text).Length;
    }

    /// <summary>Stops taking requests, ends the running ones with <see cref="ObjectDisposedException"/>, frees the memory. Idempotent.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            return new ValueTask(_disposal ??= DisposeOnceAsync());
        }
    }

    // Before it is queued: one that waited for the calibration while it runs might hold the very place the calibration needs.
    private async ValueTask<Generation> CalibratedAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        var calibration = await _baseline.GetAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return await BeginAsync(request, calibration, cancellationToken).ConfigureAwait(false);
    }

    // Who cancels waits for no step of the encoding; if an answer still comes of it, nobody reads it.
    private async Task<Generation> BeginAsync(GenerationRequest request, QualityCalibration? calibration, CancellationToken cancellationToken)
    {
        var beginning = Task.Run(() => Begin(request, calibration, cancellationToken), CancellationToken.None);
        try
        {
            return await beginning.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = LeaveAsync(beginning);
            throw;
        }
    }

    private static async Task LeaveAsync(Task<EngineGeneration> beginning)
    {
        await ((Task)beginning).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (beginning.IsCompletedSuccessfully)
        {
            var generation = await beginning.ConfigureAwait(false);
            await generation.DisposeAsync().ConfigureAwait(false);
        }
    }

    private EngineGeneration Begin(GenerationRequest request, QualityCalibration? calibration, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var drafter = _model.DrafterNamed(request.Drafter);
        _loop.ThrowIfFull();
        var prompt = _model.Prompts.Encode(request.Prompt, request.Tenant, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (prompt.Ids.Length >= Model.ContextTokens)
        {
            throw new ContextLengthException(prompt.Ids.Length, Model.ContextTokens);
        }

        var maxTokens = Math.Min(request.MaxOutputTokens, Model.ContextTokens - prompt.Ids.Length);
        var mark = CallMark.Of(request.Output, _model.Tokenizer);
        var reasoning = ReasoningMark.Of(request.Reasoning, prompt.Rendered, _model.Tokenizer, request.MayReason);
        var constraint = _grammars.For(request.Output, mark, reasoning) is { } grammar
            ? new Constraint(grammar, _model.ConstraintVocabulary.Value, SchemaLimits.Default) { OnlyRefuses = request.Output is OutputForm.TextWithoutCalls }
            : null;
        var spoken = new[] { mark.Token, reasoning?.OpenToken, reasoning?.CloseToken }.OfType<int>().ToHashSet();
        var stop = new StopRules(
            _model.Tokenizer,
            _model.EndTokens,
            maxTokens,
            request.Output.MayBeText ? request.StopSequences : [],
            spoken,
            reasoning is null ? null : new ReasoningPart(reasoning.Syntax, reasoning.IsOpen),
            request.Output is OutputForm.ToolCalls);
        var plan = _model.Merges.Plan(request.Merging, prompt);
        var sequence = new Sequence(
            prompt.Ids, request.Sampling, request.Penalties, maxTokens, stop, new SequenceClock(_time), drafter, constraint, request.Tenant,
            request.Gate.HoldsSegments && (plan is not null || !request.Gate.OnlyWhereMerged)
                ? new SegmentCollector(
                    judgesPrompt: plan is not null && CheckPanel.Has(request.Gate, QualityScope.Prompt),
                    scores: QualityGate.Needs(request.Gate.Checks, static check => check.NeedsProbabilities))
                : null);
        if (plan is not null)
        {
            sequence.Merge(plan, _model.BytesPerMergedToken(plan.Cutoff));
        }

        AnswerEnded? remember = prompt.Rendered is { } rendered
            ? answer => _model.Transcripts.Remember(request.Tenant, rendered, prompt.Encoding, answer)
            : null;
        var generation = new EngineGeneration(
            sequence, _loop, request.Gate, new GenerationServices(_model.Tokenizer, request.Output, calibration, _time)
            {
                Hung = _hung,
                Reasoning = request.Reasoning,
                OpenReasoning = reasoning is { IsOpen: true } ? reasoning.Syntax : null,
                ContinuesText = request.Prompt is Prompt.Raw { Text.Length: > 0 },
            })
        {
            Ended = remember + Answered,
        };
        cancellationToken.ThrowIfCancellationRequested();
        _loop.Submit(sequence);
        _warmStart?.Note();
        return generation;
    }

    private static SlerpEngine Load(EngineOptions options, IProgress<LoadProgress>? progress, TimeProvider time, CancellationToken cancellationToken)
    {
        var model = LoadedModel.Load(options, progress, time, cancellationToken);
        var limits = new EngineLoopLimits(options.MaxConcurrentRequests, options.QueueLimit, options.PrefillChunkTokens);
        var loop = new EngineLoop(new DecodeStep(model.Decoder, model.Cache, model.Workspace, model.Prices), model.Cache, model.Prefixes, limits);
        loop.Start();
        return new SlerpEngine(model, loop, limits, time) { _warmStart = options.WarmStart ? new WarmStart(model, loop, time) : null };
    }

    private async Task DisposeOnceAsync()
    {
        _warmStart?.Stop();
        _loop.Stop();
        await _loop.Stopped.ConfigureAwait(false);
        _warmStart?.Dispose();
        _loop.Dispose();
        _model.Dispose();
    }
}
