using System.Text.Json;
using Slerp.Engine;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Models;

/// <summary>A real trained checkpoint against the logits and greedy texts of the program it was published with.</summary>
public sealed class Stories260KTests(ITestOutputHelper output)
{
    private static string Folder => SharedData.Path("weights", "stories260K");

    public static TheoryData<int> Prompts => [0, 1, 2, 3, 4];

    [SharedDataTheory]
    [MemberData(nameof(Prompts))]
    public void Logits_AreThoseOfTheReference(int prompt)
    {
        var (ids, expected, reference) = Case(prompt);
        using var harness = new DecoderHarness(Path.Combine(Folder, "hf", "config.json"), Path.Combine(Folder, "hf", "model.safetensors"), threads: 2);
        int[] text = [.. ids, .. expected];
        var actual = harness.Read(harness.Open(), text.AsSpan(0, Math.Min(reference.Length, text.Length)), 17);
        var difference = actual.Select((row, index) => row.Zip(reference[index], (a, b) => Math.Abs(a - b)).Max()).Max();
        output.WriteLine($"max |logit difference| over {actual.Length} positions: {difference:g3}");
        Assert.True(difference < 1e-3f, $"max |logit difference| {difference}");
        Assert.Equal(expected, harness.Greedy(ids, expected.Length));
    }

    [SharedDataFact]
    public async Task Engine_GreedyText_IsTheGoldenText()
    {
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = Path.Combine(Folder, "hf"), Threads = 2 });
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "golden", "golden.json")));
        var cases = golden.RootElement.GetProperty("cases").EnumerateArray().ToList();
        var texts = await Task.WhenAll(cases.Select(item => TextAsync(engine, item)));
        for (var index = 0; index < texts.Length; index++)
        {
            // The reference program prints byte tokens by their names.
            var expected = cases[index].GetProperty("output_text").GetString()!.Replace("<0x0A>", "\n", StringComparison.Ordinal);
            Assert.Equal(expected.Trim(), texts[index].Trim());
        }
    }

    private static async Task<string> TextAsync(SlerpEngine engine, JsonElement item)
    {
        var request = new GenerationRequest
        {
            Prompt = new Prompt.Raw(item.GetProperty("prompt_text").GetString()!),
            Sampling = SamplingMode.Greedy.Instance,
            Penalties = Penalties.None,
            MaxOutputTokens = item.GetProperty("output_ids").GetArrayLength(),
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

    private static (int[] Ids, int[] Expected, float[][] Logits) Case(int index)
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "golden", "golden.json")));
        var item = golden.RootElement.GetProperty("cases")[index];
        return (
            [.. item.GetProperty("prompt_ids").EnumerateArray().Select(id => id.GetInt32())],
            [.. item.GetProperty("output_ids").EnumerateArray().Select(id => id.GetInt32())],
            FloatFile.Rows(Path.Combine(Folder, "golden", item.GetProperty("logits_file").GetString()!.Split(' ')[0]), 512));
    }
}
