using Slerp.Engine;

namespace Slerp.Connector.Telemetry;

/// <summary>Measures and logs the embedding of some texts. One caller at a time.</summary>
internal sealed class EmbeddingScope(string modelId, int texts, ChatClientServices services) : IDisposable
{
    private readonly CallScope _call = new(SlerpTelemetry.EmbeddingsOperation, SlerpTelemetry.EmbedSpan, modelId, services);
    private EmbeddingResult? _result;

    /// <inheritdoc cref="CallScope.Fail"/>
    public void Fail(Exception thrown, CancellationToken cancellationToken) => _call.Fail(thrown, cancellationToken);

    /// <summary>Every text has its vector.</summary>
    public void Embedded(EmbeddingResult result)
    {
        _result = result;
        _call.Succeed();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        var elapsed = _call.Elapsed;
        if (_result is { } result)
        {
            services.Logger.Embedded(texts, result.InputTokens, elapsed.TotalMilliseconds);
            _call.Span?.SetTag("gen_ai.usage.input_tokens", result.InputTokens);
            _call.Span?.SetTag("gen_ai.embeddings.dimension.count", result.Vectors is [{ Length: var width }, ..] ? width : null);
            services.Instruments.Read(SlerpTelemetry.EmbeddingsOperation, modelId, result.InputTokens);
        }
        else if (_call.End.Failure is { } failure)
        {
            services.Logger.EmbeddingFailed(texts, elapsed.TotalMilliseconds, failure);
        }
        else
        {
            services.Logger.EmbeddingLeft(texts, elapsed.TotalMilliseconds);
        }

        _call.EndSpan();
        _call.Measure(elapsed, stats: null);
    }
}
