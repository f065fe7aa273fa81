using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;
using Slerp.Connector.Telemetry;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;

namespace Slerp.Connector.Tests.Telemetry;

/// <summary>What is measured, told apart from other tests by the model's id.</summary>
public sealed class SlerpInstrumentsTests
{
    [Fact]
    public async Task AnsweredRequest_IsMeasured()
    {
        var measured = await MeasureAsync(new FakeEngine());
        Assert.Equal(0, measured[SlerpTelemetry.ActiveRequests].Sum(item => item.Value));
        Assert.Equal(2, measured[SlerpTelemetry.ActiveRequests].Count);
        Assert.Equal(2, Assert.Single(measured[SlerpTelemetry.OutputTokens]).Value);
        Assert.Equal(0.021, Assert.Single(measured[SlerpTelemetry.TimeToFirstToken]).Value, 6);
        Assert.Equal(0.5, Assert.Single(measured[SlerpTelemetry.TimePerOutputToken]).Value, 6);
        Assert.Null(Assert.Single(measured[SlerpTelemetry.RequestDuration]).Error);
    }

    [Fact]
    public void Instruments_SayWhatTheyMeasure_AndHistogramsWhereTheyAreCut()
    {
        var published = new ConcurrentBag<Instrument>();
        using var factory = new OwnMeters();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => Keep(instrument) };
        void Keep(Instrument instrument)
        {
            if (instrument.Meter == factory.Made)
            {
                published.Add(instrument);
            }
        }

        listener.Start();
        using var instruments = new SlerpInstruments(factory);
        Assert.NotEmpty(published);
        Assert.All(published, instrument => Assert.False(string.IsNullOrWhiteSpace(instrument.Description), instrument.Name));
        var histograms = published.OfType<Histogram<double>>().ToDictionary(histogram => histogram.Name, histogram => histogram.Advice!.HistogramBucketBoundaries!);
        Assert.All(histograms.Values, boundaries => Assert.Equal(boundaries.Order().Distinct(), boundaries));
        Assert.Equal([0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92], histograms[SlerpTelemetry.RequestDuration]);
        Assert.Equal([0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0], histograms[SlerpTelemetry.TimeToFirstToken]);
        Assert.Equal([0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5], histograms[SlerpTelemetry.TimePerOutputToken]);
    }

    [Fact]
    public async Task Speculation_CacheHitsAndTheEngine_AreMeasured()
    {
        var drafts = new DraftStats(4, 10, 6, 0, new Dictionary<string, DraftSourceStats> { ["lookup"] = new(8, 5), ["recycling"] = new(2, 1) });
        var measured = await MeasureAsync(new FakeEngine { Drafts = drafts }, observe: true);
        Assert.Equal(3, Assert.Single(measured[SlerpTelemetry.PrefixCacheHitTokens]).Value);
        Assert.Equal(4, Assert.Single(measured[SlerpTelemetry.DraftRounds]).Value);
        Assert.Equal([2.0, 8.0], measured[SlerpTelemetry.DraftProposedTokens].Select(item => item.Value).Order());
        Assert.Equal([1.0, 5.0], measured[SlerpTelemetry.DraftAcceptedTokens].Select(item => item.Value).Order());
        Assert.Contains(measured[SlerpTelemetry.QueuedRequests], item => item.Value == 1);
        Assert.Contains(measured[SlerpTelemetry.KvCacheBytes], item => item.Value == 4);
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
        var modelId = Guid.NewGuid().ToString();
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == SlerpTelemetry.MeterName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var under = new ClientUnderTest(new FakeEngine(), options => options.ModelId = modelId);
        await under.AskAsync(true);
        var span = Assert.Single(spans, span => (string?)span.GetTagItem(SlerpTelemetry.RequestModelTag) == modelId);
        Assert.Equal(SlerpTelemetry.GenerateSpan, span.OperationName);
        Assert.Equal(7, span.GetTagItem("gen_ai.usage.input_tokens"));
        Assert.Equal(SlerpTelemetry.PrefillEndEvent, Assert.Single(span.Events).Name);
        Assert.DoesNotContain(span.TagObjects, tag => tag.Value is string text && text.Contains("Hi", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FailedRequest_NamesItsFailure()
    {
        var measured = await MeasureAsync(new FakeEngine { Refusal = _ => new CapacityException("full") });
        Assert.Equal(typeof(CapacityException).FullName, Assert.Single(measured[SlerpTelemetry.RequestDuration]).Error);
        Assert.Equal(0, measured[SlerpTelemetry.ActiveRequests].Sum(item => item.Value));
        Assert.False(measured.ContainsKey(SlerpTelemetry.OutputTokens));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RequestItsCallerLeaves_IsToldAsLeft_AndIsNoError(bool cancels)
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == SlerpTelemetry.MeterName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new CancellationTokenSource();
        var model = "";
        var measured = await MeasureAsync(new FakeEngine { Script = _ => [new Segment("a", 1, null), null] }, ask: async under =>
        {
            model = under.Client.GetService<ChatClientMetadata>()!.DefaultModelId!;
            await foreach (var update in under.Client.GetStreamingResponseAsync("Hi", cancellationToken: source.Token))
            {
                Assert.Equal("a", update.Text);
                if (!cancels)
                {
                    break;
                }

                await source.CancelAsync();
            }
        });
        var duration = Assert.Single(measured[SlerpTelemetry.RequestDuration]);
        Assert.Equal((null, true), (duration.Error, duration.HasLeft));
        Assert.Equal(0, measured[SlerpTelemetry.ActiveRequests].Sum(item => item.Value));
        var span = Assert.Single(spans, span => (string?)span.GetTagItem(SlerpTelemetry.RequestModelTag) == model);
        Assert.Equal((ActivityStatusCode.Unset, null, true), (span.Status, span.GetTagItem(SlerpTelemetry.ErrorTag), span.GetTagItem(SlerpTelemetry.LeftTag)));
    }

    [Fact]
    public async Task CancellationThatTheCallerDidNotAskFor_IsAnError()
    {
        var measured = await MeasureAsync(new FakeEngine { Refusal = _ => new TaskCanceledException() });
        var duration = Assert.Single(measured[SlerpTelemetry.RequestDuration]);
        Assert.Equal((typeof(TaskCanceledException).FullName, false), (duration.Error, duration.HasLeft));
    }

    private static async Task<ConcurrentDictionary<string, List<(double Value, string? Error, bool HasLeft)>>> MeasureAsync(
        FakeEngine engine, bool observe = false, Func<ClientUnderTest, Task>? ask = null)
    {
        var modelId = Guid.NewGuid().ToString();
        var measured = new ConcurrentDictionary<string, List<(double, string?, bool)>>();
        void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string? model = null, error = null;
            var hasLeft = false;
            foreach (var tag in tags)
            {
                model = tag.Key == SlerpTelemetry.RequestModelTag ? (string?)tag.Value : model;
                error = tag.Key == SlerpTelemetry.ErrorTag ? (string?)tag.Value : error;
                hasLeft |= tag is { Key: SlerpTelemetry.LeftTag, Value: true };
            }

            if (model == modelId || (instrument.IsObservable && model == engine.Model.Name))
            {
                measured.GetOrAdd(instrument.Name, _ => []).Add((value, error, hasLeft));
            }
        }

        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == SlerpTelemetry.MeterName)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.Start();
        using var under = new ClientUnderTest(engine, options => options.ModelId = modelId);
        try
        {
            await (ask?.Invoke(under) ?? under.AskAsync(true));
        }
        catch (Exception failure) when (failure is CapacityException or OperationCanceledException)
        {
            Assert.True(ask is not null || engine.Refusal(null!) is not null);
        }

        if (observe)
        {
            listener.RecordObservableInstruments();
        }

        return measured;
    }

    private sealed class OwnMeters : IMeterFactory
    {
        public Meter? Made { get; private set; }

        public Meter Create(MeterOptions options) => Made = new Meter(options);

        public void Dispose() => Made?.Dispose();
    }
}
