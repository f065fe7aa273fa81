using System.Text.Json;
using Slerp.Engine.Tokenizers;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>Judged answers: what is accepted stays, what is rejected leaves no trace, and the rest is vanilla's.</summary>
public sealed class SegmentGateTests : IDisposable
{
    private const string Question = "abcabc the cat sat";
    private const int Tokens = 90;

    private readonly TemporaryFolder _folder = new();
    private readonly string _path;
    private FaultyBackend? _backend;

    public SegmentGateTests() => _path = new ToyCheckpoint { Sharpness = 8 }.Save(_folder);

    public static TheoryData<string, bool> DraftersAndSampling => new()
    {
        { "vanilla", false }, { "vanilla", true }, { "auto", false }, { "auto", true },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(DraftersAndSampling))]
    public async Task NothingFails_TheTextIsVanillas(string drafter, bool samples)
    {
        await using var engine = await LoadAsync();
        foreach (var request in Requests(drafter, samples))
        {
            var vanilla = await engine.AnswerAsync(request);
            var judged = await JudgedRun.DriveAsync(engine, Judged(request));
            Assert.Equal(vanilla.Text, judged.Text);
            Assert.Equal((vanilla.Finish, vanilla.Stats.OutputTokens), (judged.Segments[^1].Finish!.Value, judged.Stats.OutputTokens));
            Assert.Null(judged.Rejected);
            Assert.All(judged.Segments, segment => Assert.Equal(segment.Tokens, segment.Statistics.Length));
        }

        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task Segments_AreOf4Then8Then16Then32Tokens()
    {
        await using var engine = await LoadAsync();
        var judged = await JudgedRun.DriveAsync(engine, Judged(EngineRequests.Raw(Question, Tokens, drafter: "vanilla")));
        Assert.Equal([4, 8, 16, 32, 30], judged.Segments.Select(segment => segment.Tokens));
    }

    [Fact]
    public async Task Statistics_AreThoseOfTheModel()
    {
        await using var engine = await LoadAsync();
        var asking = new ScriptedCheck(static _ => Verdict.Passed);
        var judged = await JudgedRun.DriveAsync(engine, Judged(EngineRequests.Raw(Question, 12), asking));
        using var harness = new DecoderHarness(Path.Combine(_path, "config.json"), Path.Combine(_path, "model.safetensors"));
        int[] tokens = [.. PromptTokens(), .. judged.Accepted];
        var rows = harness.Read(harness.Open(), tokens, tokens.Length);
        var position = PromptTokens().Length - 1;
        foreach (var scored in judged.Segments.SelectMany(segment => segment.Statistics.ToArray()))
        {
            var row = rows[position++].Select(value => (double)value).ToArray();
            var logSum = row.Max() + Math.Log(row.Sum(value => Math.Exp(value - row.Max())));
            Assert.Equal(row[scored.Token] - logSum, scored.LogProbability, 4);
            Assert.Equal(-row.Sum(value => Math.Exp(value - logSum) * (value - logSum)), scored.Entropy, 4);
        }
    }

    [Theory]
    [MemberData(nameof(DraftersAndSampling))]
    public async Task CheckThatFails_AtEverySegment_GoesOnAsVanillaWould(string drafter, bool samples)
    {
        await using var engine = await LoadAsync();
        foreach (var request in Requests(drafter, samples))
        {
            var vanilla = await engine.AnswerAsync(request);
            for (var segment = 0; segment < 5; segment++)
            {
                var judged = await JudgedRun.DriveAsync(engine, Judged(request, ScriptedCheck.FailAt(segment)));
                Assert.Equal(vanilla.Text, judged.Text);
                Assert.Equal((vanilla.Finish, vanilla.Stats.OutputTokens), (judged.Segments[^1].Finish!.Value, judged.Stats.OutputTokens));
                Assert.True(judged.Rejected is null || judged.Stats.RejectedTokens >= judged.Rejected.Tokens);
            }
        }

        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task LossyStrategy_RejectedAtEverySegment_GoesOnAsVanillaFromTheAcceptedPrefix()
    {
        // What a spoilt step left in the cache would be taken for good.
        await using var engine = await LoadAsync(options => options with { CachedPrefixes = 0 });
        using var harness = new DecoderHarness(Path.Combine(_path, "config.json"), Path.Combine(_path, "model.safetensors"));
        var vanilla = await engine.AnswerAsync(EngineRequests.Raw(Question, Tokens));
        var differing = 0;
        for (var segment = 0; segment < 5; segment++)
        {
            _backend!.Spoil = static (call, residual) =>
            {
                for (var index = 0; index < residual.Length; index++)
                {
                    residual[index] += ((index * 7) + call) % 5;
                }

                return true;
            };
            var judged = await JudgedRun.DriveAsync(
                engine, Judged(EngineRequests.Raw(Question, Tokens), ScriptedCheck.FailAt(segment)), () => _backend.Spoil = null);
            int[] prefix = [.. PromptTokens(), .. judged.Accepted];
            int[] continuation = harness.Greedy(prefix, Tokens - judged.Accepted.Length);
            Assert.Equal(TextOf([.. judged.Accepted, .. continuation]), judged.Text);
            differing += vanilla.Text.StartsWith(judged.Before, StringComparison.Ordinal) ? 0 : 1;
        }

        Assert.True(differing >= 3, "the strategy should have spoilt the text");
        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task NotANumber_AtAnyLayerAndStep_IsAFaultOfTheSegment()
    {
        await using var engine = await LoadAsync();
        var request = EngineRequests.Raw(Question, 24, drafter: "vanilla");
        var vanilla = await engine.AnswerAsync(request);
        // Two calls a layer, two layers a step: the prompt and twenty-three steps.
        for (var fault = 0; fault < 4 * 24; fault++)
        {
            var at = fault;
            _backend!.Spoil = (call, residual) =>
            {
                Array.Fill(residual, float.NaN);
                return call == at;
            };
            var judged = await JudgedRun.DriveAsync(engine, Judged(request), () => _backend.Spoil = null);
            Assert.Equal(vanilla.Text, judged.Text);
            var told = judged.Rejected?.Fault;
            Assert.IsType<NumericalException>(told?.Failure);
            Assert.Equal(fault < 4 ? FaultStage.Prefill : FaultStage.Decode, told.Stage);
        }

        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task StepThatThrows_EndsTheVanillaNeighbourAndIsAFaultOfTheJudged()
    {
        await using var engine = await LoadAsync();
        var request = EngineRequests.Raw(Question, 24);
        var vanilla = await engine.AnswerAsync(request);
        _backend!.Spoil = static (call, _) => call == 9 ? throw new InvalidOperationException("drill") : false;
        var judged = await JudgedRun.DriveAsync(engine, Judged(request), () => _backend.Spoil = null);
        Assert.Equal(vanilla.Text, judged.Text);
        Assert.IsType<StepException>(judged.Rejected?.Fault?.Failure);
        _backend.Spoil = static (_, _) => throw new InvalidOperationException("drill");
        await Assert.ThrowsAsync<StepException>(() => engine.AnswerAsync(request));
        _backend.Spoil = null;
        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task NotANumber_InVanillaToo_IsTheRequestsFailure()
    {
        await using var engine = await LoadAsync();
        _backend!.Spoil = static (_, residual) =>
        {
            Array.Fill(residual, float.NaN);
            return true;
        };
        await Assert.ThrowsAsync<NumericalException>(() => JudgedRun.DriveAsync(engine, Judged(EngineRequests.Raw(Question))));
        _backend.Spoil = null;
        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task CheckThatHangs_IsAbandonedAndNamed()
    {
        await using var engine = await LoadAsync();
        using var release = new ManualResetEventSlim();
        var request = EngineRequests.Raw(Question, 24);
        var vanilla = await engine.AnswerAsync(request);
        var hanging = new ScriptedCheck(context =>
        {
            if (context.SegmentIndex == 1)
            {
                release.Wait(TestTimeouts.Limit);
            }

            return Verdict.Passed;
        });
        var gate = new QualityGate { HoldsSegments = true, Checks = [hanging, ScriptedCheck.FailAt(7)], TimeLimit = TimeSpan.FromMilliseconds(50) };
        var judged = await JudgedRun.DriveAsync(engine, request with { Gate = gate });
        release.Set();
        Assert.Equal(vanilla.Text, judged.Text);
        var verdict = Assert.Single(judged.Rejected!.Verdicts);
        Assert.Equal((VerdictKind.TimedOut, "scripted"), (verdict.Kind, verdict.Check));
    }

    [Theory]
    [InlineData(QualityScope.Segment)]
    [InlineData(QualityScope.Answer)]
    public async Task CheckThatHangs_IsNotAskedAgainUntilItHasEnded(QualityScope scope)
    {
        await using var engine = await LoadAsync();
        using var release = new ManualResetEventSlim();
        var asked = 0;
        var hanging = new ScriptedCheck(
            _ =>
            {
                Interlocked.Increment(ref asked);
                release.Wait(TestTimeouts.Limit);
                return Verdict.Passed;
            },
            scope);
        var request = EngineRequests.Raw(Question, 4) with
        {
            Gate = new QualityGate { HoldsSegments = scope == QualityScope.Segment, Checks = [hanging], TimeLimit = TimeSpan.FromMilliseconds(50) },
        };
        for (var answer = 0; answer < 3; answer++)
        {
            var segment = await AnswerAsync(default);
            Assert.Equal(answer == 0 || scope == QualityScope.Segment ? [VerdictKind.TimedOut] : [], segment.Verdicts.Select(verdict => verdict.Kind));
        }

        Assert.Equal(1, asked);
        release.Set();
        using var timeout = new CancellationTokenSource(TestTimeouts.Limit);
        while (Volatile.Read(ref asked) == 1)
        {
            await AnswerAsync(timeout.Token);
        }

        async Task<Segment> AnswerAsync(CancellationToken cancellationToken)
        {
            await using var generation = await engine.GenerateAsync(request, cancellationToken);
            Segment segment;
            do
            {
                segment = await generation.NextAsync(GenerationMode.Accelerated, cancellationToken);
            }
            while (scope == QualityScope.Answer && segment.Finish is null);
            return segment;
        }
    }

    [Theory]
    [InlineData("verdict")]
    [InlineData("name")]
    [InlineData("scope")]
    [InlineData("needs")]
    public async Task CheckThatIsBroken_FailsTheSegmentOnly(string what)
    {
        await using var engine = await LoadAsync();
        var request = EngineRequests.Raw(Question, 24);
        var vanilla = await engine.AnswerAsync(request);
        var judged = await JudgedRun.DriveAsync(engine, Judged(request, new BrokenCheck(what)));
        Assert.Equal(vanilla.Text, judged.Text);
        var verdict = Assert.Single(judged.Rejected!.Verdicts);
        Assert.Equal((VerdictKind.Threw, what == "name" ? nameof(BrokenCheck) : "broken"), (verdict.Kind, verdict.Check));
    }

    [Fact]
    public async Task CheckThatThrows_FailsTheSegmentOnly()
    {
        await using var engine = await LoadAsync();
        var request = EngineRequests.Raw(Question, 24);
        var vanilla = await engine.AnswerAsync(request);
        var judged = await JudgedRun.DriveAsync(engine, Judged(request, new ScriptedCheck(_ => throw new InvalidOperationException("drill"))));
        Assert.Equal(vanilla.Text, judged.Text);
        Assert.Equal(VerdictKind.Threw, Assert.Single(judged.Rejected!.Verdicts).Kind);
    }

    [Fact]
    public async Task Unjudged_AtMostOneSegmentRunsAhead()
    {
        await using var engine = await LoadAsync();
        var request = EngineRequests.Raw(Question, Tokens, drafter: "vanilla");
        var expected = await engine.AnswerAsync(request);
        await using var generation = await engine.GenerateAsync(Judged(request));
        await TestTimeouts.EventuallyAsync(() => generation.Stats.OutputTokens == 4 + 8, "two segments are made");
        Assert.Equal(expected.Text, (await engine.AnswerAsync(request)).Text);
        Assert.Equal(4 + 8, generation.Stats.OutputTokens);
        await generation.NextAsync(GenerationMode.Accelerated, default);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await generation.NextAsync(GenerationMode.Accelerated, default));
        generation.Accept();
        await TestTimeouts.EventuallyAsync(() => generation.Stats.OutputTokens == 4 + 8 + 16, "the next is made");
    }

    [Fact]
    public async Task Vanilla_AskedOfAJudgedAnswer_RejectsFirst_AndCannotBeRejectedAgain()
    {
        await using var engine = await LoadAsync();
        var request = EngineRequests.Raw(Question, 24);
        await using var generation = await engine.GenerateAsync(Judged(request));
        Assert.Equal((await engine.AnswerAsync(request)).Text, (await generation.ReadAsync()).Text);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await generation.RejectAsync(default));
    }

    [Fact]
    public async Task CancelledAroundTheRejection_FreesItsPages()
    {
        await using var engine = await LoadAsync();
        for (var segment = 0; segment < 4; segment++)
        {
            using var cancellation = new CancellationTokenSource();
            var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => JudgedRun.DriveAsync(
                engine, Judged(EngineRequests.Raw(Question, Tokens), ScriptedCheck.FailAt(segment)), cancellation.Cancel, cancellation.Token));
            Assert.Equal(cancellation.Token, failure.CancellationToken);
        }

        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task DisposedEngine_EndsAJudgedAnswerAndItsRejection()
    {
        var engine = await LoadAsync();
        var generation = await engine.GenerateAsync(Judged(EngineRequests.Raw(Question, Tokens)));
        await generation.NextAsync(GenerationMode.Accelerated, default);
        await engine.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            await generation.RejectAsync(default);
            await generation.NextAsync(GenerationMode.Vanilla, default);
        });
    }

    [Fact]
    public async Task ManyAtOnce_InAFullCache_EachIsVanillas()
    {
        // Six pages a layer: three sequences of two pages at a time.
        var page = 64L * 2 * 2 * 8 * 4;
        await using var engine = await LoadAsync(options => options with { KvCacheBytes = page * 2 * 6 });
        var requests = Enumerable.Range(0, 10).Select(index => EngineRequests.Raw(new string((char)('a' + index), 20 + index), 100)).ToList();
        var expected = await Task.WhenAll(requests.Select(request => engine.AnswerAsync(request)));
        var judged = await Task.WhenAll(requests.Select((request, index) => JudgedRun.DriveAsync(engine, Judged(request, ScriptedCheck.FailAt(index / 2)))));
        Assert.Equal(expected.Select(answer => answer.Text), judged.Select(answer => answer.Text));
        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task AnswerChecks_LookAtTheEndAndAreOnlyReported()
    {
        await using var engine = await LoadAsync();
        var contexts = new List<QualityContext>();
        var check = new ScriptedCheck(
            context =>
            {
                contexts.Add(context);
                return Verdict.Failed("scripted", 2);
            },
            QualityScope.Answer);
        var answer = await engine.AnswerAsync(EngineRequests.Raw(Question, 24) with { Gate = new QualityGate { Checks = [check] } });
        var verdict = Assert.Single(answer.Segments[^1].Verdicts);
        Assert.Equal((VerdictKind.Failed, 2.0, "scripted"), (verdict.Kind, verdict.Score, verdict.Check));
        Assert.Equal((FinishReason.Length, GenerationMode.Vanilla), (Assert.Single(contexts).Finish, contexts[0].Mode));
    }

    private static IEnumerable<GenerationRequest> Requests(string drafter, bool samples)
    {
        SamplingMode sampling = samples ? new SamplingMode.Stochastic(0.8f, 0, 0.95f, 0, Seed: 5) : SamplingMode.Greedy.Instance;
        var plain = EngineRequests.Raw(Question, Tokens, sampling, drafter);
        yield return plain;
        yield return plain with { Penalties = new Penalties(0.4f, 0.2f, 1.1f) };
        yield return plain with { StopSequences = ["never-said", "\n\n", "e"] };
        using var schema = JsonDocument.Parse("""{"type":"array","items":{"type":"integer"},"minItems":3}""");
        yield return plain with { Output = new OutputForm.Json(schema.RootElement.Clone()) };
    }

    private static GenerationRequest Judged(GenerationRequest request, params IQualityCheck[] checks) =>
        request with { Gate = new QualityGate { HoldsSegments = true, Checks = checks, TimeLimit = TestTimeouts.Limit } };

    private static async Task AssertPagesReturnedAsync(SlerpEngine engine)
    {
        // The engine drops what has ended at its next turn: one more request makes sure it took it.
        await engine.AnswerAsync(EngineRequests.Raw("x", 1));
        await TestTimeouts.EventuallyAsync(() => engine.CachePages.Free == engine.CachePages.Total, "all pages are free");
    }

    // The toy tokenizer writes one token a byte.
    private static int[] PromptTokens() => [.. Question.Select(letter => (int)letter)];

    private string TextOf(int[] tokens)
    {
        var detokenizer = TokenizerLoader.Load(_path).CreateDetokenizer(skipSpecial: true);
        return string.Concat(tokens.Select(token => detokenizer.Append(token))) + detokenizer.Flush();
    }

    private Task<SlerpEngine> LoadAsync(Func<EngineOptions, EngineOptions>? change = null)
    {
        var options = new EngineOptions { ModelPath = _path, Threads = 1, DecorateBackend = backend => _backend = new FaultyBackend(backend) };
        return SlerpEngine.LoadAsync(change?.Invoke(options) ?? options);
    }

    /// <summary>A check that keeps none of its promises but one.</summary>
    private sealed class BrokenCheck(string what) : IQualityCheck
    {
        public string Name => what == "name" ? throw new InvalidOperationException("drill") : "broken";

        public bool NeedsCalibration => what == "needs" ? throw new InvalidOperationException("drill") : false;

        public bool NeedsPrompt => NeedsCalibration;

        public QualityScope Scope => what == "scope" ? throw new InvalidOperationException("drill") : QualityScope.Segment;

        public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens) => null!;
    }
}
