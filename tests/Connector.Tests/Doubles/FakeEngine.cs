using Slerp.Connector.Hosting;
using Slerp.Engine;

namespace Slerp.Connector.Tests.Doubles;

/// <summary>Remembers what it was asked and answers from a script.</summary>
internal sealed class FakeEngine : IEngine
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly List<GenerationRequest> _requests = [];
    private readonly List<EmbeddingRequest> _embeddings = [];

    /// <summary>The template as published ones mention it: with tool and reasoning marks, or not.</summary>
    public const string ToolTemplate = "{% if tools %}<tool_call>{% endif %}";

    public ModelInfo Model { get; init; } = Info();

    public EngineStatus Status { get; set; } = new(IsServing: true, QueuedRequests: 1, QueueLimit: 10, KvCacheBytesHeld: 4, KvCacheBytes: 8);

    public Func<GenerationRequest, IReadOnlyList<Segment?>> Script { get; init; } = _ => Segments("Hello", " there");

    public Func<GenerationRequest, Exception?> Refusal { get; init; } = _ => null;

    public Exception? Failure { get; init; }

    /// <summary>Whether a request's plan of merging is empty.</summary>
    public Func<GenerationRequest, bool> MergesNothing { get; init; } = _ => false;

    /// <summary>Whether the prompt begins the reasoning of the answer.</summary>
    public bool OpensReasoning { get; init; }

    /// <summary>What follows a rejection.</summary>
    public IReadOnlyList<Segment?> VanillaScript { get; init; } = [];

    /// <summary>What comparing an answer with the unmerged model finds.</summary>
    public Func<ValueTask<AnswerAgreement?>>? Comparison { get; set; }

    /// <summary>Called for each segment, in the context it is asked for.</summary>
    public Action? Stepping { get; init; }

    /// <summary>Holds the segments of generations begun while it is set.</summary>
    public SemaphoreSlim? Hold { get; set; }

    public DraftStats Drafts { get; init; } = DraftStats.None;

    public IReadOnlyList<GenerationRequest> Requests => _requests;

    public IReadOnlyList<EmbeddingRequest> Embeddings => _embeddings;

    public GenerationRequest LastRequest => _requests[^1];

    public FakeGeneration? LastGeneration { get; private set; }

    public int Disposals { get; private set; }

    /// <summary>One segment of one token per text, the last one finished.</summary>
    public static IReadOnlyList<Segment?> Segments(params string[] texts) => Segments(FinishReason.EndOfText, texts);

    public static IReadOnlyList<Segment?> Segments(FinishReason finish, params string[] texts) =>
        [.. texts.Select((text, i) => new Segment(text, 1, i == texts.Length - 1 ? finish : null))];

    public static ModelInfo Info(bool supportsTools = true, string? template = ToolTemplate, SamplingMode? sampling = null, Penalties? penalties = null, int layers = 16) => new()
    {
        Name = "fake-1b",
        Architecture = "FakeForCausalLM",
        Device = "nowhere",
        WeightFormat = WeightFormat.Float32,
        KvFormat = KvFormat.BFloat16,
        Parameters = 1,
        WeightBytes = 4,
        KvCacheBytes = 8,
        ContextTokens = 1000,
        VocabularySize = 10,
        Layers = layers,
        Width = 4,
        HasChatTemplate = template is not null,
        SupportsTools = supportsTools,
        ChatTemplate = template,
        DefaultSampling = sampling ?? new SamplingMode.Stochastic(0.7f, 20, 0.8f, 0.05f, 0),
        DefaultPenalties = penalties ?? new Penalties(Repetition: 1.1f),
    };

    public ValueTask<Generation> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _requests.Add(request);
            return Refusal(request) is { } refusal
                ? throw refusal
                : new ValueTask<Generation>(LastGeneration = new FakeGeneration(Script(request)) { Failure = Failure, MergesNothing = MergesNothing(request), OpensReasoning = OpensReasoning, VanillaScript = VanillaScript, Hold = Hold, Comparison = Comparison, Drafts = Drafts, Stopped = _stopped.Token, Stepping = Stepping });
        }
    }

    public async Task<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _embeddings.Add(request);
        }

        if (Hold is not null)
        {
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopped.Token);
            await Hold.WaitAsync(ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_stopped.IsCancellationRequested, this);
        }

        return Failure is not null
            ? throw Failure
            : new EmbeddingResult([.. request.Texts.Select(text => new ReadOnlyMemory<float>([text.Length, 0, 0, 1]))], request.Texts.Sum(text => text.Length));
    }

    public object? GetService(Type type) => null;

    public ValueTask DisposeAsync()
    {
        Disposals++;
        _stopped.Cancel();
        return default;
    }
}
