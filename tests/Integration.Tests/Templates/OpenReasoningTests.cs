using System.Text.Json;
using Slerp.Engine;
using Slerp.Engine.Templates;
using Slerp.Tests.Shared;

namespace Slerp.Integration.Tests.Templates;

/// <summary>Whether the generation prompt of published templates begins the reasoning, also where a user writes its marks.</summary>
public sealed class OpenReasoningTests
{
    private static readonly ReasoningSyntax Syntax = new("<think>", "</think>");

    [SharedDataTheory]
    [InlineData("deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", true)]
    [InlineData("deepseek-ai-DeepSeek-R1-Distill-Llama-8B", true)]
    [InlineData("llama-cpp-deepseek-r1", true)]
    [InlineData("Qwen-Qwen2.5-7B-Instruct", false)]
    [InlineData("meta-llama-Llama-3.1-8B-Instruct", false)]
    public void PublishedTemplate_BeginsTheReasoning(string name, bool expected) =>
        AssertBegins(File.ReadAllText(SharedData.Path("chat_templates", "llama.cpp", "templates", name + ".jinja")), expected, thinking: null);

    [SharedDataTheory]
    [InlineData("deepseek-ai/DeepSeek-R1", null, false)]
    [InlineData("Qwen/Qwen3-0.6B", null, false)]
    [InlineData("Qwen/Qwen3-0.6B", false, false)]
    [InlineData("Qwen/Qwen3.5-4B", true, true)]
    [InlineData("Qwen/Qwen3.5-4B", false, false)]
    [InlineData("HuggingFaceTB/SmolLM3-3B", null, false)]
    [InlineData("HuggingFaceTB/SmolLM3-3B", false, false)]
    [InlineData("zai-org/GLM-5.1", null, true)]
    [InlineData("zai-org/GLM-5.1", false, false)]
    public void HubTemplate_BeginsTheReasoning(string name, bool? thinking, bool expected) => AssertBegins(
        TemplateRun.Read("chat_templates", "hf_jinja", "e2e_TEST_CUSTOM_TEMPLATES.json").GetProperty(name).Text("chat_template"), expected, thinking);

    /// <summary>Where a form of answer may begin with reasoning of the model's own accord.</summary>
    [SharedDataTheory]
    [InlineData("Qwen/Qwen3-0.6B", null, false)]
    [InlineData("Qwen/Qwen3-0.6B", true, false)]
    [InlineData("Qwen/Qwen3-0.6B", false, true)]
    [InlineData("Qwen/Qwen3.5-4B", true, false)]
    [InlineData("Qwen/Qwen3.5-4B", false, true)]
    [InlineData("HuggingFaceTB/SmolLM3-3B", null, false)]
    [InlineData("HuggingFaceTB/SmolLM3-3B", false, true)]
    public void HubTemplate_EndsTheReasoning(string name, bool? thinking, bool expected)
    {
        var template = ChatTemplate.Parse(TemplateRun.Read("chat_templates", "hf_jinja", "e2e_TEST_CUSTOM_TEMPLATES.json").GetProperty(name).Text("chat_template"), "<s>", "</s>");
        var rendered = template.Render(new ChatTemplateInput { Turns = [ChatTurn.FromText(ChatTurnRole.User, "What is </think>")], Variables = Variables(thinking) });
        Assert.True(expected == ReasoningMark.Ends(Syntax, rendered.Tail), rendered.Tail);
    }

    private static Dictionary<string, JsonElement> Variables(bool? thinking) =>
        thinking is { } on ? new() { ["enable_thinking"] = JsonSerializer.SerializeToElement(on) } : [];

    private static void AssertBegins(string source, bool expected, bool? thinking)
    {
        var template = ChatTemplate.Parse(source, "<s>", "</s>");
        ChatTurn[] marks = [ChatTurn.FromText(ChatTurnRole.User, "What is <think>?")];
        ChatTurn[] history =
        [
            ChatTurn.FromText(ChatTurnRole.User, "Hi"),
            ChatTurn.FromText(ChatTurnRole.Assistant, "Hello") with { Reasoning = "hm" },
            ChatTurn.FromText(ChatTurnRole.User, "And now?"),
        ];
        foreach (var turns in new[] { marks, history })
        {
            var rendered = template.Render(new ChatTemplateInput
            {
                Turns = turns,
                Variables = Variables(thinking),
            });
            Assert.True(expected == ReasoningMark.Begins(Syntax, rendered.Tail), rendered.Tail);
        }
    }
}
