using System.Text.Json;
using Slerp.Engine;
using Slerp.Engine.Drafting;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Integration.Tests.Drafting;

/// <summary>Real models on public prompts, in batches of eight: every drafter leaves every answer as it is. The verb "identity" of the benchmarks runs all prompts.</summary>
public sealed class IdentityTests
{
    // Rows are free: what could be guessed is guessed, whatever it costs on this machine.
    private static readonly CostCurve Free = new([1, 64, 128], [1, 1, 1.5]);

    private static readonly (SamplingMode Sampling, Penalties Penalties)[] Modes =
    [
        (SamplingMode.Greedy.Instance, Penalties.None),
        (new SamplingMode.Stochastic(0.7f, 0, 0.9f, 0, Seed: 11), new Penalties(0.3f, 0.15f, 1.1f)),
        (new SamplingMode.Stochastic(1, 0, 0.95f, 0, Seed: 12), new Penalties(0.2f, 0.1f)),
    ];

    [SharedDataFact]
    public Task EmbeddedModel() => CompareAsync(
        Path.Combine(RepositoryRoot.Path, "models", "embedded"),
        text => new Prompt.Conversation([ChatTurn.FromText(ChatTurnRole.User, text)], [], new Dictionary<string, JsonElement>()),
        words: 120);

    [SharedDataFact]
    public Task Stories260K() => CompareAsync(StoriesGolden.Folder, static text => new Prompt.Raw(text), words: 8);

    private static async Task CompareAsync(string folder, Func<string, Prompt> prompt, int words)
    {
        // One prompt in thirty: all task groups.
        var texts = File.ReadLines(SharedData.Path("prompts", "spec_bench_even.jsonl")).Where(static (_, index) => index % 30 == 0).Select(line => Beginning(line, words)).ToList();
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = folder, Threads = TestThreads.Two, Costs = Free, WarmStart = false, NotesFolder = "" });
        foreach (var (sampling, penalties) in Modes)
        {
            var requests = texts.Select(text => EngineRequests.Raw("", 32, sampling, "vanilla") with { Prompt = prompt(text), Penalties = penalties }).ToList();
            var vanilla = await Task.WhenAll(requests.Select(request => engine.AnswerAsync(request)));
            foreach (var drafter in EngineCatalog.Drafters.Where(name => name is not ("draft" or "mlp") || Directory.Exists($"{folder}-{name}")))
            {
                var drafted = await Task.WhenAll(requests.Select(request => engine.AnswerAsync(request with { Drafter = drafter })));
                Assert.Equal(vanilla.Select(static answer => answer.Identity), drafted.Select(static answer => answer.Identity));
                Assert.All(drafted, answer => Assert.Equal(0, answer.Stats.Drafts.Faults));
            }
        }
    }

    private static string Beginning(string line, int words)
    {
        using var document = JsonDocument.Parse(line);
        return string.Join(' ', document.RootElement.GetProperty("turns")[0].GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(words));
    }
}
