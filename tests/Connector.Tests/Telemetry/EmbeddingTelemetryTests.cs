using System.Diagnostics;
using Slerp.Connector.Hosting;
using Slerp.Connector.Telemetry;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;

namespace Slerp.Connector.Tests.Telemetry;

/// <summary>What is measured of embedding texts, told in spans and logged. Told apart from other tests by the model's id.</summary>
public sealed class EmbeddingTelemetryTests : IDisposable
{
    private readonly string _model = Guid.NewGuid().ToString();
    private readonly RecordingLogger _logger = new();
    private readonly SpanLog _spans = new();
    private readonly MeasurementLog _measurements = new();

    public void Dispose()
    {
        _spans.Dispose();
        _measurements.Dispose();
    }

    // OpenTelemetry's conventions for generative AI: operation, provider and request model, the usage and, of embeddings, their dimensions.
    [Fact]
    public async Task Call_IsASpanOfTheConventions_AndIsMeasured()
    {
        await EmbedAsync(new FakeEngine(), CancellationToken.None);
        var span = _spans.Of(_model);
        Assert.Equal((SlerpTelemetry.EmbedSpan, ActivityKind.Internal, ActivityStatusCode.Unset), (span.OperationName, span.Kind, span.Status));
        var tags = span.TagObjects.ToDictionary();
        Assert.Equal(6, tags.Count);
        Assert.Equal(("embeddings", "slerp"), (tags["gen_ai.operation.name"], tags["gen_ai.provider.name"]));
        Assert.Equal((_model, _model), (tags["gen_ai.request.model"], tags["gen_ai.response.model"]));
        Assert.Equal((3, 4), (tags["gen_ai.usage.input_tokens"], tags["gen_ai.embeddings.dimension.count"]));
        var measured = _measurements.Of(_model);
        var duration = Assert.Single(measured["gen_ai.server.request.duration"]).Tags;
        Assert.Equal(4, duration.Count);
        Assert.Equal(("embeddings", _model), (duration["gen_ai.operation.name"], duration["gen_ai.response.model"]));
        Assert.Equal(3, Assert.Single(measured[SlerpTelemetry.InputTokens]).Value);
        Assert.Equal([1.0, -1.0], measured[SlerpTelemetry.ActiveRequests].Select(item => item.Value));
        Assert.Single(_logger.Entries, entry => entry.Text.StartsWith("Embedded 2 texts of 3 tokens", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SpanOfTheCall_IsAChildOfTheCallers_WhichIsTheCurrentOneAfterwards()
    {
        using var source = new ActivitySource(SlerpTelemetry.MeterName);
        using var outer = source.StartActivity("outer")!;
        await EmbedAsync(new FakeEngine(), CancellationToken.None);
        Assert.Equal(outer.SpanId, _spans.Of(_model).ParentSpanId);
        Assert.Same(outer, Activity.Current);
    }

    [Fact]
    public async Task Failure_IsTheSpansAndTheMeasurements()
    {
        await Assert.ThrowsAsync<StepException>(() => EmbedAsync(new FakeEngine { Failure = new StepException("broken", new IOException()) }, CancellationToken.None));
        var span = _spans.Of(_model);
        Assert.Equal((ActivityStatusCode.Error, typeof(StepException).FullName), (span.Status, span.GetTagItem("error.type")));
        Assert.Null(span.GetTagItem("gen_ai.response.model"));
        Assert.Null(span.GetTagItem("gen_ai.usage.input_tokens"));
        Assert.Equal(typeof(StepException).FullName, Assert.Single(_measurements.Of(_model)["gen_ai.server.request.duration"]).Tags["error.type"]);
        Assert.Contains("Embedding 2 texts failed", Assert.Single(_logger.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallTheCallerCancels_IsLeft_AndNoFailure()
    {
        using var hold = new SemaphoreSlim(0);
        using var cancellation = new CancellationTokenSource();
        var call = EmbedAsync(new FakeEngine { Hold = hold }, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        var span = _spans.Of(_model);
        Assert.Equal((ActivityStatusCode.Unset, null, true), (span.Status, span.GetTagItem("error.type"), span.GetTagItem(SlerpTelemetry.LeftTag)));
        Assert.Empty(_logger.Warnings);
        Assert.Single(_logger.Entries, entry => entry.Text.Contains("cancelled", StringComparison.Ordinal));
    }

    private async Task EmbedAsync(FakeEngine engine, CancellationToken cancellationToken)
    {
        using var instruments = new SlerpInstruments(null);
        var options = new SlerpEmbeddingGeneratorOptions { ModelPath = "models/fake-1b", ModelId = _model };
        await using var host = new EngineHost(options.ToEngineOptions(), new FakeLoader(engine), new EngineHostServices(_logger, instruments, TimeProvider.System, null));
        await using var generator = new SlerpEmbeddingGenerator(host, options, new ChatClientServices(_logger, instruments, TimeProvider.System));
        await generator.GenerateAsync(["a", "bb"], cancellationToken: cancellationToken);
    }
}
