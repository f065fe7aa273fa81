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
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = StoriesGolden.Folder, Threads = 2 });
        var stories = StoriesGolden.ReadAll();
        var texts = await Task.WhenAll(stories.Select(story => TextAsync(engine, story)));
        Assert.Equal(stories.Select(static story => story.Answer.Trim()), texts.Select(static text => text.Trim()));
    }

    private static async Task<string> TextAsync(SlerpEngine engine, StoriesGolden story)
    {
        var request = new GenerationRequest
        {
            Prompt = new Prompt.Raw(story.Prompt),
            Sampling = SamplingMode.Greedy.Instance,
            Penalties = Penalties.None,
            MaxOutputTokens = story.Case.Continuation.Length,
            StopSequences = [],
            Tenant = "",
            Output = OutputForm.FreeText.Instance,
            Drafter = "vanilla",
        };
        await using var generation = await engine.GenerateAsync(request);
        var text = "";
        Segment segment;
        do
        {
            segment = await generation.NextAsync(GenerationMode.Vanilla, CancellationToken.None);
            text += segment.Text;
        }
        while (segment.Finish is null);

        return text;
    }
}
