using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Slerp.Connector.Hosting;
using Slerp.Connector.Options;
using Slerp.Connector.Resilience;
using Slerp.Connector.Telemetry;
using Slerp.Connector.Translation;
using Slerp.Engine;

namespace Slerp.Connector;

/// <summary>A local language model inside the process, as an <see cref="IChatClient"/>.</summary>
/// <remarks>
/// <para>Thread-safe: any number of requests may run at once; they are decoded as one batch.</para>
/// <para>Creating one is cheap. The model is loaded once, by the first request or by <see cref="LoadAsync"/>.</para>
/// <para>Stateless: every request carries its whole conversation, and no conversation id is ever returned.</para>
/// <para>Disposing it twice is harmless. It disposes the model only where it made it. Answers that run when their model is disposed end with
/// <see cref="OperationCanceledException"/>, as a call whose <c>HttpClient</c> is disposed does; a call after that is an <see cref="ObjectDisposedException"/>.</para>
/// </remarks>
public sealed class SlerpChatClient : IChatClient, IAsyncDisposable
{
    private readonly ModelHold _model;
    private readonly RequestTranslator _translator;
    private readonly DecodingPolicy _policy;
    private readonly ChatClientServices _services;
    private readonly ChatClientMetadata _metadata;

    /// <summary>Creates a client of its own model. Nothing is loaded yet.</summary>
    /// <param name="options">Which model, and how; not to be changed afterwards.</param>
    /// <param name="loggerFactory">Where to log; null logs nowhere.</param>
    /// <param name="loadProgress">Told while the model loads; may be null.</param>
    /// <param name="meterFactory">Where to measure; null makes an own meter.</param>
    /// <param name="qualityChecks">Checks of the application's own, asked after the built-in ones; may be null.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options are not valid; it names every fault.</exception>
    public SlerpChatClient(
        SlerpChatClientOptions options,
        ILoggerFactory? loggerFactory = null,
        IProgress<LoadProgress>? loadProgress = null,
        IMeterFactory? meterFactory = null,
        IEnumerable<IQualityCheck>? qualityChecks = null)
        : this(
            OptionsValidation.ThrowIfInvalid(options),
            new SlerpEngineLoader(TimeProvider.System, []),
            (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<SlerpChatClient>(),
            new SlerpInstruments(meterFactory),
            loadProgress,
            [.. qualityChecks ?? []])
    {
    }

    internal SlerpChatClient(EngineHost host, SlerpChatClientOptions options, ChatClientServices services)
        : this(new ModelHold(host, own: null), options, services)
    {
    }

    private SlerpChatClient(ModelHold model, SlerpChatClientOptions options, ChatClientServices services)
    {
        _model = model;
        var host = model.Host;
        _services = services;
        var modelId = options.ModelId ?? options.DefaultModelId;
        _metadata = new ChatClientMetadata(SlerpTelemetry.ProviderName, null, modelId);
        _translator = new RequestTranslator(options, modelId, new IgnoredFeatures(services.Logger), new GateBuilder(options.Quality, services.Checks));
        services.Instruments.Circuits.Watch(host.Circuits);
        var circuits = CircuitCatalog.Create(host.Circuits, new CircuitClient(modelId, services.Key), options.Resilience, services.Pipelines);
        _policy = new DecodingPolicy(circuits, new ShadowJudge(options.Quality, modelId, circuits, services.Instruments, services.Logger, () => host.Loaded!.Model.Layers));
    }

    private SlerpChatClient(
        SlerpChatClientOptions options,
        IEngineLoader loader,
        ILogger logger,
        SlerpInstruments instruments,
        IProgress<LoadProgress>? loadProgress,
        IReadOnlyList<IQualityCheck> checks)
        : this(
            new ModelHold(
                new EngineHost(options.ToEngineOptions(), loader, new EngineHostServices(logger, instruments, TimeProvider.System, loadProgress)), instruments),
            options,
            new ChatClientServices(logger, instruments, TimeProvider.System) { Checks = checks })
    {
    }

    internal EngineHost Host => _model.Host;

    private string ModelId => _metadata.DefaultModelId!;

    /// <summary>Loads the model now rather than with the first request.</summary>
    /// <param name="cancellationToken">Ends the wait, not a load that others wait for.</param>
    /// <returns>What is loaded.</returns>
    /// <exception cref="EngineException">The model cannot be loaded; the next call tries again.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the client was disposed meanwhile.</exception>
    public async Task<ModelInfo> LoadAsync(CancellationToken cancellationToken = default)
    {
        _model.ThrowIfDisposed(this);
        return (await _model.LoadAsync(cancellationToken).ConfigureAwait(false)).Model;
    }

    /// <inheritdoc />
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc />
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        _model.ThrowIfDisposed(this);
        OptionRanges.ThrowIfOutOfRange(options);
        return MeasuredAsync(messages, options, cancellationToken);
    }

    /// <inheritdoc />
    public object? GetService(Type serviceType, object? serviceKey = null) => _model.Service(this, _metadata, serviceType, serviceKey);

    /// <inheritdoc />
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _model.DisposeAsync();

    private async IAsyncEnumerable<ChatResponseUpdate> MeasuredAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var scope = new RequestScope(ModelId, _services);
        var updates = AnswerAsync(messages, options, scope, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (updates.ConfigureAwait(false))
        {
            while (true)
            {
                scope.Enter();
                try
                {
                    if (!await updates.MoveNextAsync().ConfigureAwait(false))
                    {
                        break;
                    }
                }
                catch (Exception failure) when (_model.CutOff(failure, cancellationToken) is { } cutOff)
                {
                    scope.Fail(cutOff, cancellationToken);
                    throw cutOff;
                }
                catch (Exception failure)
                {
                    scope.Fail(failure, cancellationToken);
                    throw;
                }

                yield return updates.Current;
            }
        }

        scope.Answered();
    }

    private async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, RequestScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Before anything is waited for, on the thread that asks for the first update: messages, options and tools are the caller's, who may change them while the model loads.
        var asked = _translator.Read(messages, options);
        var engine = await _model.Host.GetAsync(cancellationToken).ConfigureAwait(false);
        var request = _translator.Translate(asked, engine.Model);
        scope.Drafter = request.Generation.Drafter;
        var response = new ResponseTranslator(request, ModelId, scope.ResponseId, scope.CreatedAt);
        var segments = _policy.RunAsync(
            async (started, cancellation) =>
            {
                var generation = await StartAsync(engine, started, scope, cancellation).ConfigureAwait(false);
                response.Begin(generation);
                return generation;
            },
            request.Generation,
            scope.Decoding,
            cancellationToken);
        await foreach (var segment in segments.ConfigureAwait(false))
        {
            if (response.Translate(segment) is { } update)
            {
                yield return update;
            }

            if (response.IsComplete)
            {
                break;
            }
        }

        yield return response.Final(scope.Decoding);
    }

    /// <summary>Templates differ in which turns they take: one that refuses the turns as given is offered the same conversation in alternating turns.</summary>
    private async ValueTask<Generation> StartAsync(
        IEngine engine, GenerationRequest request, RequestScope scope, CancellationToken cancellationToken)
    {
        foreach (var simpler in AlternatingTurns.Simplifications(request.Prompt))
        {
            try
            {
                return await engine.GenerateAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (ChatTemplateException refusal)
            {
                _services.Logger.TemplateRefused(scope.ResponseId, refusal);
                request = request with { Prompt = simpler };
            }
        }

        return await engine.GenerateAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
