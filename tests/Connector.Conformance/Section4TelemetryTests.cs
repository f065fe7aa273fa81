using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slerp.Connector.Hosting;
using Slerp.Connector.Telemetry;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;

namespace Slerp.Connector.Conformance;

/// <summary>Contract 4: what is measured, under which names, and what is never told.</summary>
public sealed class Section4TelemetryTests : IDisposable
{
    private const string Secret = "Zanzibar-4711";

    private readonly string _modelId = Guid.NewGuid().ToString("N");
    private readonly DirectoryInfo _model = Directory.CreateTempSubdirectory("slerp-telemetry-");

    public Section4TelemetryTests() => File.WriteAllText(Path.Combine(_model.FullName, "config.json"), "{}");

    public void Dispose() => _model.Delete(recursive: true);

    [Fact]
    public void Instruments_HaveTheAgreedNamesAndUnits()
    {
        using var factory = new OneMeter();
        using var services = new ServiceCollection().AddSingleton<IMeterFactory>(factory).AddSlerpChatClient(options => options.ModelPath = _model.FullName).Services.BuildServiceProvider();
        using var log = new MeasurementLog(meter => meter == factory.Made);
        services.GetRequiredService<IChatClient>();
        var published = log.Instruments.ToDictionary(instrument => instrument.Name, instrument => instrument.Unit);
        var agreed = new Dictionary<string, string?>
        {
            ["gen_ai.server.request.duration"] = "s",
            ["gen_ai.server.time_to_first_token"] = "s",
            ["gen_ai.server.time_per_output_token"] = "s",
            ["slerp.draft.rounds"] = "{round}",
            ["slerp.draft.proposed_tokens"] = "{token}",
            ["slerp.draft.accepted_tokens"] = "{token}",
            ["slerp.draft.accepted_length"] = "{token}",
            ["slerp.merge.tokens_removed"] = "{token}",
            ["slerp.fallbacks"] = "{fallback}",
            ["slerp.circuit.state"] = null,
            ["slerp.output.tokens"] = "{token}",
            ["slerp.requests.active"] = "{request}",
            ["slerp.requests.queued"] = "{request}",
            ["slerp.prefix_cache.hit_tokens"] = "{token}",
            ["slerp.kv_cache.bytes"] = "By",
            ["slerp.model.load.duration"] = "s",
        };
        Assert.All(agreed, entry => Assert.Equal(entry.Value, Assert.Contains(entry.Key, (IReadOnlyDictionary<string, string?>)published)));
        Assert.All(published.Keys, name => Assert.Matches("^(slerp|gen_ai)\\.[a-z_.]+$", name));
    }

    [Theory, BothWays]
    public async Task PromptsAndAnswers_AreNeverMeasuredLoggedOrTraced(bool streaming)
    {
        var logged = new ConcurrentQueue<string>();
        using var measurements = new MeasurementLog();
        using var spans = new SpanLog();
        foreach (var engine in Engines())
        {
            var services = new ServiceCollection().AddSingleton<IEngineLoader>(new FakeLoader(engine)).AddSingleton<ILoggerFactory>(new Told(logged));
            services.AddSlerpChatClient(options => (options.ModelPath, options.ModelId) = (_model.FullName, _modelId));
            await using var provider = services.BuildServiceProvider();
            var client = provider.GetRequiredService<IChatClient>();
            var options = new ChatOptions
            {
                Instructions = Secret,
                Tools = [TestTools.Weather, new HostedWebSearchTool()],
                StopSequences = [Secret],
                AdditionalProperties = new() { ["unknown"] = Secret, [SlerpProperties.Tenant] = Secret },
            };
            ChatMessage[] messages = [new(ChatRole.User, [new TextContent(Secret)]), new(ChatRole.Tool, [new FunctionResultContent("1", Secret)])];
            try
            {
                _ = streaming ? await client.GetStreamingResponseAsync(messages, options).ToChatResponseAsync() : await client.GetResponseAsync(messages, options);
            }
            catch (EngineException failure)
            {
                Assert.NotNull(failure.Message);
            }
        }

        string[] told =
        [
            .. logged,
            .. measurements.All.Select(measured => Line(measured.Instrument.Name, measured.Tags)),
            .. spans.All.Select(span => Line(span.DisplayName, span.TagObjects)),
            .. spans.All.SelectMany(span => span.Events).Select(happened => Line(happened.Name, happened.Tags)),
        ];
        Assert.Contains(told, line => line.Contains(_modelId, StringComparison.Ordinal));
        Assert.DoesNotContain(told, line => line.Contains(Secret, StringComparison.Ordinal));
    }

    [Theory, BothWays]
    public async Task Span_IsInternal_NamesItsFailure_AndMakesNoClientSpan(bool streaming)
    {
        using var spans = new SpanLog();
        using var under = new ClientUnderTest(new FakeEngine { Refusal = _ => new CapacityException("full") }, options => options.ModelId = _modelId);
        await Assert.ThrowsAsync<CapacityException>(() => under.AskAsync(streaming));
        var span = spans.Of(_modelId);
        Assert.Equal((SlerpTelemetry.GenerateSpan, ActivityKind.Internal, ActivityStatusCode.Error), (span.OperationName, span.Kind, span.Status));
        Assert.Equal(typeof(CapacityException).FullName, span.GetTagItem(SlerpTelemetry.ErrorTag));
    }

    // One that answers with a call, one that is full, one that fails in the middle.
    private static IEnumerable<FakeEngine> Engines() =>
    [
        new() { Script = _ => FakeEngine.Segments($"{Secret} <tool_call>{{\"name\": \"get_weather\", \"arguments\": {{\"city\": \"{Secret}\"}}}}</tool_call>") },
        new() { Refusal = _ => new CapacityException("full") },
        new() { Script = _ => [new Segment(Secret, 1, null)], Failure = new DeviceException("gone", isTransient: true) },
    ];

    private static string Line(string name, IEnumerable<KeyValuePair<string, object?>> tags) => $"{name} {string.Join(' ', tags.Select(tag => $"{tag.Key}={tag.Value}"))}";

    /// <summary>Keeps everything that is logged, at every level, failures with their stacks.</summary>
    private sealed class Told(ConcurrentQueue<string> lines) : ILogger, ILoggerFactory
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{formatter(state, exception)} {exception}");

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }
}
