using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>A step gives one token and those of its draft that were right: however the answer ends, and whatever of it was taken back.</summary>
public sealed class StepFiguresTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public StepFiguresTests() => _path = new ToyCheckpoint { CanEnd = true, Sharpness = 2 }.Save(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("vanilla")]
    [InlineData("recycling")]
    public async Task DecodedTokens_AreThoseOfTheSteps_HoweverTheAnswerEnds(string drafter)
    {
        await using var engine = await LoadAsync();
        var ends = new HashSet<FinishReason>();
        for (var seed = 0; seed < 40; seed++)
        {
            var request = EngineRequests.Raw("abcabcabc", 100, new SamplingMode.Stochastic(1, 0, 1, 0, seed), drafter);
            var answer = await engine.AnswerAsync(seed % 4 == 0 ? request with { StopSequences = ["e", "a"] } : request);
            ends.Add(answer.Finish);
            AssertAddUp(answer.Stats);
            Assert.Equal(answer.Ids.Length - 1 + (answer.Finish == FinishReason.EndOfText ? 1 : 0), answer.Stats.DecodedTokens);
        }

        Assert.Equal([FinishReason.EndOfText, FinishReason.StopSequence, FinishReason.Length], ends.Order());
    }

    [Theory]
    [InlineData("vanilla")]
    [InlineData("recycling")]
    public async Task TokensTakenBack_WereDecodedAllTheSame(string drafter)
    {
        await using var engine = await LoadAsync();
        for (var segment = 0; segment < 3; segment++)
        {
            var gate = new QualityGate { HoldsSegments = true, Checks = [ScriptedCheck.FailAt(segment)], TimeLimit = TestTimeouts.Limit };
            var judged = await JudgedRun.DriveAsync(engine, EngineRequests.Raw("abcabcabc", 60, drafter: drafter) with { Gate = gate });
            Assert.NotNull(judged.Rejected);
            Assert.True(judged.Stats.RejectedTokens > 0);
            AssertAddUp(judged.Stats);
        }
    }

    [Theory]
    [InlineData("vanilla")]
    [InlineData("recycling")]
    public async Task Rate_IsThatOfTheTokensAfterTheFirstStep(string drafter)
    {
        // A pass takes a second: two layers of two calls each.
        var clock = new ManualClock();
        var options = new EngineOptions { ModelPath = _path, Threads = 1, WarmStart = false, NotesFolder = "", DecorateBackend = backend => new FaultyBackend(backend) { Spoil = Tick } };
        await using var engine = await SlerpEngine.LoadAsync(options, time: clock);
        var ends = new HashSet<FinishReason>();
        for (var seed = 0; seed < 24; seed++)
        {
            // Every other prompt lies in the cache: the step that ends it is one token, and may carry a draft.
            var request = EngineRequests.Raw($"abcabcabc{seed / 2}", 30, new SamplingMode.Stochastic(1, 0, 1, 0, seed), drafter);
            var answer = await engine.AnswerAsync(request);
            ends.Add(answer.Finish);
            AssertRate(answer.Stats, answer.Finish, drafter);
            Assert.Equal(TimeSpan.FromSeconds(1), answer.Stats.PrefillTime);
            for (var segment = 0; segment < 3; segment++)
            {
                var gate = new QualityGate { HoldsSegments = true, Checks = [ScriptedCheck.FailAt(segment)], TimeLimit = TestTimeouts.Limit };
                var judged = await JudgedRun.DriveAsync(engine, request with { Gate = gate, Tenant = $"{seed}" });
                if (segment == 0 || judged.Rejected is null)
                {
                    // Of the prompt read again after a first segment was taken back, the first token that stays is the first.
                    AssertRate(judged.Stats, judged.Segments[^1].Finish!.Value, drafter);
                    Assert.True(judged.Rejected is null || judged.Stats.PrefillTime > TimeSpan.FromSeconds(1), $"{judged.Stats.PrefillTime}");
                }
                else
                {
                    Assert.True(judged.Stats.TokensPerSecond * judged.Stats.DecodeTime.TotalSeconds <= judged.Stats.OutputTokens, "what was taken back is no rate");
                }
            }
        }

        Assert.Equal([FinishReason.EndOfText, FinishReason.Length], ends.Order());

        bool Tick(int call, float[] residual)
        {
            clock.Advance(call % 4 == 0 ? TimeSpan.FromSeconds(1) : TimeSpan.Zero);
            return false;
        }
    }

    private static void AssertRate(GenerationStats stats, FinishReason finish, string drafter)
    {
        var later = stats.OutputTokens - stats.FirstTokens;
        Assert.InRange(stats.FirstTokens, Math.Min(1, stats.OutputTokens), drafter == "vanilla" ? 1 : Math.Max(1, stats.OutputTokens));
        Assert.Equal(later == 0 ? 0 : later / stats.DecodeTime.TotalSeconds, stats.TokensPerSecond, 9);
        if (drafter == "vanilla")
        {
            // However it ends: an end token is a step more and no token.
            Assert.Equal(TimeSpan.FromSeconds(later), stats.DecodeTime);
            Assert.Equal(later == 0 ? 0 : 1, stats.TokensPerSecond, 9);
        }
        else
        {
            Assert.True(stats.DecodeTime <= TimeSpan.FromSeconds(later), $"{finish}: {later} tokens in {stats.DecodeTime}");
        }
    }

    private static void AssertAddUp(GenerationStats stats) => Assert.Equal(stats.Steps + stats.Drafts.Accepted, stats.DecodedTokens);

    private Task<SlerpEngine> LoadAsync() => SlerpEngine.LoadAsync(new EngineOptions { ModelPath = _path, Threads = 1, WarmStart = false, NotesFolder = "" });
}
