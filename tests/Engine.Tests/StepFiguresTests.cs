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

    private static void AssertAddUp(GenerationStats stats) => Assert.Equal(stats.Steps + stats.Drafts.Accepted, stats.DecodedTokens);

    private Task<SlerpEngine> LoadAsync() => SlerpEngine.LoadAsync(new EngineOptions { ModelPath = _path, Threads = 1, WarmStart = false, NotesFolder = "" });
}
