using System.Text.Json.Nodes;
using Slerp.Engine;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Integration.Tests.Conversations;

/// <summary>A second turn reads only what is new, under the templates people use, and says what it would have said without a cache.</summary>
public sealed class SecondTurnTests
{
    private static readonly string Embedded = Path.Combine(RepositoryRoot.Path, "models", "embedded");

    [Fact]
    public Task Embedded_ReusesTheFirstTurn() => AssertReuseAsync(Embedded);

    [Fact]
    public async Task WithoutTranscripts_ThePromptFollowsFromTheRequestAlone()
    {
        var options = new EngineOptions { ModelPath = Embedded, Threads = TestThreads.Two };
        await using var remembering = await SlerpEngine.LoadAsync(options);
        await using var forgetful = await SlerpEngine.LoadAsync(options with { RememberTranscripts = false });
        await using var restarted = await SlerpEngine.LoadAsync(options);

        var (differing, reused) = (0, 0);
        for (var seed = 1; seed <= 12; seed++)
        {
            // So warm that an answer often is not the tokens its text is split into.
            var request = Ask([ChatTurn.FromText(ChatTurnRole.User, $"Good morning, {seed}.")]) with { Sampling = new SamplingMode.Stochastic(1.5f, 0, 1, 0, seed) };
            var first = await remembering.AnswerAsync(request);
            Assert.Equal(first.Text, (await forgetful.AnswerAsync(request)).Text);
            var next = Ask([.. ((Prompt.Conversation)request.Prompt).Turns, ChatTurn.FromText(ChatTurnRole.Assistant, first.Text), ChatTurn.FromText(ChatTurnRole.User, "Thanks.")]);

            var unseen = await restarted.AnswerAsync(next);
            var forgotten = await forgetful.AnswerAsync(next);
            Assert.Equal((unseen.Stats.PromptTokens, unseen.Text), (forgotten.Stats.PromptTokens, forgotten.Text));
            reused += forgotten.Stats.CachedPromptTokens;
            differing += (await remembering.AnswerAsync(next)).Stats.PromptTokens == unseen.Stats.PromptTokens ? 0 : 1;
        }

        Assert.InRange(differing, 1, 12);
        Assert.True(reused > 0, "No row of a first turn was reused.");
    }

    // Real templates on the embedded model: its control tokens are renamed to theirs.
    [SharedDataTheory]
    [InlineData("llama.cpp/templates/Qwen-Qwen2.5-7B-Instruct.jinja", "<|im_start|>", "<|im_end|>", "<tool_call>", "</tool_call>")]
    [InlineData("llama.cpp/templates/meta-llama-Llama-3.1-8B-Instruct.jinja", "<|start_header_id|>", "<|eot_id|>", "<|end_header_id|>", "<|begin_of_text|>")]
    [InlineData("llama.cpp/templates/mistralai-Mistral-Nemo-Instruct-2407.jinja", "[INST]", "</s>", "[/INST]", "<s>")]
    public async Task Published_ReusesTheFirstTurn(string template, string start, string end, string third, string fourth)
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(Embedded, name), folder.Path("model", name));
        }

        var tokenizer = JsonNode.Parse(File.ReadAllText(Path.Combine(Embedded, "tokenizer.json")))!;
        var spellings = new Dictionary<int, string> { [4088] = start, [4089] = end, [4090] = third, [4091] = fourth };
        foreach (var added in tokenizer["added_tokens"]!.AsArray())
        {
            if (spellings.TryGetValue(added!["id"]!.GetValue<int>(), out var spelling))
            {
                added["content"] = spelling;
            }
        }

        File.WriteAllText(folder.Path("model", "tokenizer.json"), tokenizer.ToJsonString());
        var config = new JsonObject
        {
            ["chat_template"] = File.ReadAllText(SharedData.Path([.. "chat_templates".Split('/'), .. template.Split('/')])),
            ["eos_token"] = end,
            ["bos_token"] = fourth == "<s>" || fourth == "<|begin_of_text|>" ? fourth : null,
        };
        File.WriteAllText(folder.Path("model", "tokenizer_config.json"), config.ToJsonString());
        await AssertReuseAsync(Path.GetDirectoryName(folder.Path("model", "config.json"))!);
    }

    private static async Task AssertReuseAsync(string model)
    {
        await using var cached = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = model, Threads = TestThreads.Two });
        await using var plain = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = model, Threads = TestThreads.Two, CachedPrefixes = 0 });
        var turns = new List<ChatTurn> { ChatTurn.FromText(ChatTurnRole.User, Passage() + "\n\nWho owns the mill?") };
        var first = await cached.AnswerAsync(Ask(turns));
        Assert.InRange(first.Stats.PromptTokens, 1400, 1700);
        turns.Add(ChatTurn.FromText(ChatTurnRole.Assistant, first.Text));
        turns.Add(ChatTurn.FromText(ChatTurnRole.User, "And what is its colour?"));

        var second = await cached.AnswerAsync(Ask(turns));
        var alone = await plain.AnswerAsync(Ask(turns));

        var known = first.Stats.PromptTokens + first.Stats.OutputTokens;
        Assert.True(
            second.Stats.CachedPromptTokens >= 0.95 * known,
            $"{second.Stats.CachedPromptTokens} of the {known} tokens of the first turn were reused.");
        if (first.Stats.OutputTokens < 40)
        {
            // It ended by itself: not one token but the last is read again.
            Assert.InRange(second.Stats.CachedPromptTokens, known - 2, known);
        }

        if (second.Stats.PromptTokens == alone.Stats.PromptTokens)
        {
            // Else the answer was sampled as other tokens than its text is split into: the prompts differ, as they should.
            Assert.Equal(alone.Text, second.Text);
        }
    }

    private static GenerationRequest Ask(IReadOnlyList<ChatTurn> turns) => new()
    {
        Prompt = new Prompt.Conversation([.. turns], [], new Dictionary<string, System.Text.Json.JsonElement>()),
        Sampling = SamplingMode.Greedy.Instance,
        Penalties = Penalties.None,
        MaxOutputTokens = 40,
        StopSequences = [],
        Tenant = "test",
        Output = OutputForm.FreeText.Instance,
        Drafter = "auto",
    };

    private static string Passage()
    {
        var text = new System.Text.StringBuilder("The mill belongs to Anna Berg. The mill is green. ");
        for (var house = 1; text.Length < 4900; house++)
        {
            text.Append("House ").Append(house).Append(" stands at the river, and its door was painted in the spring. ");
        }

        return text.ToString();
    }
}
