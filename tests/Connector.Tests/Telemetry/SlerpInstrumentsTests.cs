using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;
using Slerp.Connector.Telemetry;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;

namespace Slerp.Connector.Tests.Telemetry;

/// <summary>What is measured of requests and told in their spans: values, attributes, cuts. Told apart from other tests by the model's id.</summary>
public sealed class SlerpInstrumentsTests
{
    private readonly string _model = Guid.NewGuid().ToString();

    [Fact]
    public async Task AnsweredRequest_IsMeasured()
    {
        var measured = await MeasureAsync(new FakeEngine());
        Assert.Equal(0, measured[SlerpTelemetry.ActiveRequests].Sum(item => item.Value));
        Assert.Equal(2, measured[SlerpTelemetry.ActiveRequests].Count());
        Assert.Equal(2, Assert.Single(measured[SlerpTelemetry.OutputTokens]).Value);
        Assert.Equal(7, Assert.Single(measured[SlerpTelemetry.InputTokens]).Value);
        Assert.Equal(0.021, Assert.Single(measured[SlerpTelemetry.TimeToFirstToken]).Value, 6);
        Assert.Equal(0.5, Assert.Single(measured[SlerpTelemetry.TimePerOutputToken]).Value, 6);
        Assert.Single(measured[SlerpTelemetry.RequestDuration]);
    }

    // OpenTelemetry's conventions for generative AI: operation and provider are required, the models recommended, server.address is of no meaning inside a process.
    [Fact]
    public async Task ServerMetrics_HaveTheAttributesOfTheConventions()
    {
        var measured = await MeasureAsync(new FakeEngine());
        foreach (var name in new[] { "gen_ai.server.request.duration", "gen_ai.server.time_to_first_token", "gen_ai.server.time_per_output_token" })
        {
            var tags = Assert.Single(measured[name]).Tags;
            Assert.Equal(4, tags.Count);
            Assert.Equal("chat", tags["gen_ai.operation.name"]);
            Assert.Equal("slerp", tags["gen_ai.provider.name"]);
            Assert.Equal(_model, tags["gen_ai.request.model"]);
            Assert.Equal(_model, tags["gen_ai.response.model"]);
        }
    }

    // The same conventions: the two times are those of successful responses; a failure is told by its type.
    [Fact]
    public async Task RequestThatFailsInTheMiddle_HasADuration_AndNoTimesOfTokens()
    {
        var measured = await MeasureAsync(new FakeEngine { Script = _ => [new Segment("a", 2, null)], Failure = new DeviceException("gone", isTransient: true) });
        var tags = Assert.Single(measured[SlerpTelemetry.RequestDuration]).Tags;
        Assert.Equal(typeof(DeviceException).FullName, tags["error.type"]);
        Assert.False(tags.ContainsKey("gen_ai.response.model"));
        Assert.Empty(measured[SlerpTelemetry.TimeToFirstToken]);
        Assert.Empty(measured[SlerpTelemetry.TimePerOutputToken]);
        Assert.Equal(typeof(DeviceException).FullName, Assert.Single(measured[SlerpTelemetry.OutputTokens]).Tags["error.type"]);
    }

    [Fact]
    public void Instruments_SayWhatTheyMeasure_AndHistogramsWhereTheyAreCut()
    {
        using var factory = new OneMeter();
        using var log = new MeasurementLog(meter => meter == factory.Made);
        using var instruments = new SlerpInstruments(factory);
        Assert.NotEmpty(log.Instruments);
        Assert.All(log.Instruments, instrument => Assert.False(string.IsNullOrWhiteSpace(instrument.Description), instrument.Name));
        var histograms = log.Instruments.OfType<Histogram<double>>().ToDictionary(histogram => histogram.Name, histogram => histogram.Advice!.HistogramBucketBoundaries!);
        Assert.All(histograms.Values, boundaries => Assert.Equal(boundaries.Order().Distinct(), boundaries));
        Assert.Equal([0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92], histograms[SlerpTelemetry.RequestDuration]);
        Assert.Equal([0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0], histograms[SlerpTelemetry.TimeToFirstToken]);
        Assert.Equal([0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5], histograms[SlerpTelemetry.TimePerOutputToken]);
    }

    [Fact]
    public async Task Speculation_CacheHitsAndTheEngine_AreMeasured()
    {
        var drafts = new DraftStats(4, 10, 6, 0, new Dictionary<string, DraftSourceStats> { ["lookup"] = new(8, 5), ["recycling"] = new(2, 1) });
        var engine = new FakeEngine { Drafts = drafts };
        using var log = new MeasurementLog();
        using var under = new ClientUnderTest(engine, options => options.ModelId = _model);
        await under.AskAsync(true);
        var measured = log.Of(_model);
        Assert.Equal(3, Assert.Single(measured[SlerpTelemetry.PrefixCacheHitTokens]).Value);
        Assert.Equal(4, Assert.Single(measured[SlerpTelemetry.DraftRounds]).Value);
        Assert.Equal([2.0, 8.0], measured[SlerpTelemetry.DraftProposedTokens].Select(item => item.Value).Order());
        Assert.Equal([1.0, 5.0], measured[SlerpTelemetry.DraftAcceptedTokens].Select(item => item.Value).Order());
        log.Observe();
        var observed = log.Of(engine.Model.Name);
        Assert.Contains(observed[SlerpTelemetry.QueuedRequests], item => item.Value == 1);
        Assert.Contains(observed[SlerpTelemetry.KvCacheBytes], item => item.Value == 4);
    }

    [Fact]
    public async Task DrafterThatFailed_IsLoggedWithItsCause()
    {
        var drafts = DraftStats.None with { Faults = 2, FirstFault = "IOException: gone" };
        using var under = new ClientUnderTest(new FakeEngine { Drafts = drafts });
        await under.AskAsync(true);
        var warning = Assert.Single(under.Logger.Warnings);
        Assert.Contains("failed 2 times", warning, StringComparison.Ordinal);
        Assert.Contains("IOException: gone", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_IsASpan_WithItsTokensAndTheEndOfThePrompt()
    {
        using var spans = new SpanLog();
        await MeasureAsync(new FakeEngine());
        var span = spans.Of(_model);
        Assert.Equal(SlerpTelemetry.GenerateSpan, span.OperationName);
        Assert.Equal(("slerp", _model), (span.GetTagItem("gen_ai.provider.name"), span.GetTagItem("gen_ai.response.model")));
        Assert.Equal((7, 3, 2), (span.GetTagItem("gen_ai.usage.input_tokens"), span.GetTagItem("gen_ai.usage.cache_read.input_tokens"), span.GetTagItem("gen_ai.usage.output_tokens")));
        Assert.Equal(SlerpTelemetry.PrefillEndEvent, Assert.Single(span.Events).Name);
    }

    [Fact]
    public async Task SpanOfARequest_IsCurrentInsideAtEveryStep_AndNeverOutside()
    {
        using var spans = new SpanLog();
        var inside = new List<string?>();
        var outside = new List<Activity?>();
        await MeasureAsync(new FakeEngine { Script = _ => FakeEngine.Segments("a", "b", "c"), Stepping = () => inside.Add(Activity.Current?.OperationName) }, async client =>
        {
            await foreach (var _ in client.GetStreamingResponseAsync("Hi"))
            {
                outside.Add(Activity.Current);
            }
        });
        Assert.Equal(Enumerable.Repeat(SlerpTelemetry.GenerateSpan, 3), inside);
        Assert.All(outside, Assert.Null);
        Assert.Equal(SlerpTelemetry.GenerateSpan, spans.Of(_model).OperationName);
    }

    [Fact]
    public async Task FailedRequest_NamesItsFailure()
    {
        var measured = await MeasureAsync(new FakeEngine { Refusal = _ => new CapacityException("full") });
        Assert.Equal(typeof(CapacityException).FullName, Error(measured));
        Assert.Equal(0, measured[SlerpTelemetry.ActiveRequests].Sum(item => item.Value));
        Assert.Empty(measured[SlerpTelemetry.OutputTokens]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RequestItsCallerLeaves_IsToldAsLeft_AndIsNoError(bool cancels)
    {
        using var spans = new SpanLog();
        using var source = new CancellationTokenSource();
        var measured = await MeasureAsync(new FakeEngine { Script = _ => [new Segment("a", 1, null), null] }, async client =>
        {
            await foreach (var update in client.GetStreamingResponseAsync("Hi", cancellationToken: source.Token))
            {
                Assert.Equal("a", update.Text);
                if (!cancels)
                {
                    break;
                }

                await source.CancelAsync();
            }
        });
        Assert.Equal((null, true), (Error(measured), HasLeft(measured)));
        Assert.Equal(0, measured[SlerpTelemetry.ActiveRequests].Sum(item => item.Value));
        var span = spans.Of(_model);
        Assert.Equal((ActivityStatusCode.Unset, null, true), (span.Status, span.GetTagItem(SlerpTelemetry.ErrorTag), span.GetTagItem(SlerpTelemetry.LeftTag)));
    }

    [Fact]
    public async Task CancellationThatTheCallerDidNotAskFor_IsAnError()
    {
        var measured = await MeasureAsync(new FakeEngine { Refusal = _ => new TaskCanceledException() });
        Assert.Equal((typeof(TaskCanceledException).FullName, false), (Error(measured), HasLeft(measured)));
    }

    private static string? Error(ILookup<string, MeasurementLog.Measured> measured) =>
        (string?)Assert.Single(measured[SlerpTelemetry.RequestDuration]).Tags.GetValueOrDefault(SlerpTelemetry.ErrorTag);

    private static bool HasLeft(ILookup<string, MeasurementLog.Measured> measured) =>
        Assert.Single(measured[SlerpTelemetry.RequestDuration]).Tags.GetValueOrDefault(SlerpTelemetry.LeftTag) is true;

    private async Task<ILookup<string, MeasurementLog.Measured>> MeasureAsync(FakeEngine engine, Func<IChatClient, Task>? ask = null)
    {
        using var log = new MeasurementLog();
        using var under = new ClientUnderTest(engine, options => options.ModelId = _model);
        try
        {
            await (ask?.Invoke(under.Client) ?? under.AskAsync(true));
        }
        catch (Exception failure) when (failure is EngineException or OperationCanceledException)
        {
            Assert.True(ask is not null || engine.Failure is not null || engine.Refusal(null!) is not null);
        }

        return log.Of(_model);
    }
}
