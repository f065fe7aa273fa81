using Slerp.Engine;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Models;

/// <summary>A real trained checkpoint against the logits and greedy texts of the program it was published with.</summary>
public sealed class Stories260KTests(ITestOutputHelper output)
{
    public static TheoryData<int> Prompts => [0, 1, 2, 3, 4];

    [SharedDataTheory]
    [MemberData(nameof(Prompts))]
    public void Logits_AreThoseOfTheReference(int prompt)
    {
        var golden = StoriesGolden.ReadAll()[prompt].Case;
        using var harness = new DecoderHarness(StoriesGolden.ConfigFile, StoriesGolden.WeightsFile, threads: 2);
        var actual = harness.Read(harness.Open(), golden.Text, 17);
        var difference = golden.LargestDifference(actual);
        output.WriteLine($"max |logit difference| over {actual.Length} positions: {difference:g3}");
        Assert.True(difference < 1e-3f, $"max |logit difference| {difference}");
        Assert.Equal(golden.Continuation, harness.Greedy(golden.Ids, golden.Continuation.Length));
    }

    [SharedDataFact]
    public async Task Engine_GreedyText_IsTheGoldenText()
    {
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = StoriesGolden.Folder, Threads = TestThreads.Two });
        var stories = StoriesGolden.ReadAll();
        var answers = await Task.WhenAll(stories.Select(story => engine.AnswerAsync(EngineRequests.Raw(story.Prompt, story.Case.Continuation.Length, drafter: "vanilla"))));
        Assert.Equal(stories.Select(static story => story.Answer.Trim()), answers.Select(static answer => answer.Text.Trim()));
    }
}
