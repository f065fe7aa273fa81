using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Slerp.Connector.Hosting;
using Slerp.Connector.Options;
using Slerp.Connector.Telemetry;
using Slerp.Connector.Translation;
using Slerp.Engine;

namespace Slerp.Connector;

/// <summary>Vectors from the hidden states of a local language model, as an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>.</summary>
/// <remarks>
/// <para>Thread-safe: texts of one call and of many are read as one batch, together with whatever answers run.</para>
/// <para>Creating one is cheap. The model is loaded once, by the first call; from a container it shares the engine of the chat client of the same checkpoint.</para>
/// <para>Vectors have length 1, so that their dot product is their cosine. Texts are read as they stand, without a chat template.</para>
/// <para>Disposing it twice is harmless. It disposes the model only where it made it. Calls that run when their model is disposed end with
/// <see cref="OperationCanceledException"/>; a call after that is an <see cref="ObjectDisposedException"/>.</para>
/// </remarks>
public sealed class SlerpEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>, IAsyncDisposable
{
    private readonly ModelHold _model;
    private readonly ChatClientServices _services;
    private readonly Pooling _pooling;
    private readonly string _modelId;
    private readonly bool _isStrict;
    private readonly IgnoredFeatures _ignored;

    /// <summary>Creates a generator with a model of its own. Nothing is loaded yet.</summary>
    /// <param name="options">Which model, and how; not to be changed afterwards.</param>
    /// <param name="loggerFactory">Where to log; null logs nowhere.</param>
    /// <param name="loadProgress">Told while the model loads; may be null.</param>
    /// <param name="meterFactory">Where to measure; null makes an own meter.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options are not valid; it names every fault.</exception>
    public SlerpEmbeddingGenerator(
        SlerpEmbeddingGeneratorOptions options,
        ILoggerFactory? loggerFactory = null,
        IProgress<LoadProgress>? loadProgress = null,
        IMeterFactory? meterFactory = null)
        : this(
            OptionsValidation.ThrowIfInvalid(options),
            new ChatClientServices(
                (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<SlerpEmbeddingGenerator>(), new SlerpInstruments(meterFactory), TimeProvider.System),
            loadProgress)
    {
    }

    internal SlerpEmbeddingGenerator(EngineHost host, SlerpEmbeddingGeneratorOptions options, ChatClientServices services)
        : this(new ModelHold(host, own: null), options, services)
    {
    }

    private SlerpEmbeddingGenerator(ModelHold model, SlerpEmbeddingGeneratorOptions options, ChatClientServices services)
    {
        _model = model;
        _services = services;
        _pooling = options.Pooling;
        _modelId = options.ModelId ?? options.DefaultModelId;
        _isStrict = options.StrictModelId;
        _ignored = new IgnoredFeatures(services.Logger);
    }

    private SlerpEmbeddingGenerator(SlerpEmbeddingGeneratorOptions options, ChatClientServices services, IProgress<LoadProgress>? loadProgress)
        : this(
            new ModelHold(
                new EngineHost(
                    options.ToEngineOptions(),
                    new SlerpEngineLoader(services.Time, []),
                    new EngineHostServices(services.Logger, services.Instruments, services.Time, loadProgress)),
                services.Instruments),
            options,
            services)
    {
    }

    internal EngineHost Host => _model.Host;

    /// <summary>Loads the model now rather than with the first call.</summary>
    /// <param name="cancellationToken">Ends the wait, not a load that others wait for.</param>
    /// <returns>What is loaded.</returns>
    /// <exception cref="EngineException">The model cannot be loaded; the next call tries again.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the generator was disposed meanwhile.</exception>
    public async Task<ModelInfo> LoadAsync(CancellationToken cancellationToken = default)
    {
        _model.ThrowIfDisposed(this);
        return (await _model.LoadAsync(cancellationToken).ConfigureAwait(false)).Model;
    }

    /// <inheritdoc />
    /// <exception cref="ContextLengthException">A text does not fit the model's context; no text was read.</exception>
    /// <exception cref="NotSupportedException">Other dimensions are asked for than the model's own.</exception>
    /// <exception cref="InvalidOperationException">Another model is asked for, and <see cref="SlerpEmbeddingGeneratorOptions.StrictModelId"/> is set.</exception>
    /// <exception cref="ArgumentException">A text is null, or a key of the options begins with "slerp.": a generator has none of its own.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        _model.ThrowIfDisposed(this);
        if (options?.Dimensions < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Dimensions, "EmbeddingGenerationOptions.Dimensions must be at least 1.");
        }

        KnownProperties.ThrowIfUnknown(options);
        NoteIgnored(options);
        string[] texts = [.. values];
        return Array.IndexOf(texts, null) is >= 0 and var index
            ? throw new ArgumentException($"values[{index}] is null. Leave it out.", nameof(values))
            : MeasuredAsync(texts, options?.Clone(), cancellationToken);
    }

    /// <inheritdoc />
    public object? GetService(Type serviceType, object? serviceKey = null) => _model.Service(
        this, new EmbeddingGeneratorMetadata(SlerpTelemetry.ProviderName, null, _modelId, _model.Host.Loaded?.Model.Width), serviceType, serviceKey);

    /// <inheritdoc />
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _model.DisposeAsync();

    private async Task<GeneratedEmbeddings<Embedding<float>>> MeasuredAsync(
        string[] texts, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        using var scope = new EmbeddingScope(_modelId, texts.Length, _services);
        try
        {
            var result = await EmbedAsync(texts, options, cancellationToken).ConfigureAwait(false);
            scope.Embedded(result);
            return Translate(result, _services.Time.GetUtcNow());
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
    }

    private void NoteIgnored(EmbeddingGenerationOptions? options)
    {
        if (options?.RawRepresentationFactory is not null)
        {
            _ignored.Note("EmbeddingGenerationOptions.RawRepresentationFactory", "There is no raw options type.");
        }

        if (options?.AdditionalProperties is { Count: > 0 })
        {
            _ignored.Note("EmbeddingGenerationOptions.AdditionalProperties", "Reading a text has no further options.");
        }
    }

    private void CheckModel(string? asked, ModelInfo model)
    {
        if (asked is null || asked == _modelId || asked == model.Name)
        {
            return;
        }

        if (_isStrict)
        {
            throw new InvalidOperationException(
                $"EmbeddingGenerationOptions.ModelId is '{asked}'; this generator embeds with '{_modelId}'. Ask for that, leave ModelId null, or set {nameof(SlerpEmbeddingGeneratorOptions.StrictModelId)} to false.");
        }

        _ignored.Warn($"model id '{asked}'", $"This generator embeds with '{_modelId}'.");
    }

    private async Task<EmbeddingResult> EmbedAsync(string[] texts, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        var engine = await _model.Host.GetAsync(cancellationToken).ConfigureAwait(false);
        CheckModel(options?.ModelId, engine.Model);
        if (options?.Dimensions is { } dimensions && dimensions != engine.Model.Width)
        {
            throw new NotSupportedException(
                $"EmbeddingGenerationOptions.Dimensions is {dimensions}; model '{_modelId}' gives {engine.Model.Width}. Ask for that, or leave it null.");
        }

        return await engine.EmbedAsync(new EmbeddingRequest { Texts = texts, Pooling = _pooling }, cancellationToken).ConfigureAwait(false);
    }

    private GeneratedEmbeddings<Embedding<float>> Translate(EmbeddingResult result, DateTimeOffset createdAt) =>
        new(result.Vectors.Select(vector => new Embedding<float>(vector) { CreatedAt = createdAt, ModelId = _modelId }))
        {
            Usage = new UsageDetails { InputTokenCount = result.InputTokens, TotalTokenCount = result.InputTokens },
        };
}
