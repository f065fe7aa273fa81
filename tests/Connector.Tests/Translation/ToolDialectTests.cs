using Microsoft.Extensions.AI;
using Slerp.Connector.Tests.Doubles;
using Slerp.Connector.Translation;
using Slerp.Engine;

namespace Slerp.Connector.Tests.Translation;

/// <summary>Which dialect a model is spoken to in, and what follows from it.</summary>
public sealed class ToolDialectTests
{
    private const string Llama3Template = "<|start_header_id|>{% if tools %}{\"name\": x, \"parameters\": y}{% endif %}";

    [Theory]
    [InlineData("{% if tools %}<tool_call>{% endif %}", typeof(HermesToolCallDialect))]
    [InlineData("[AVAILABLE_TOOLS] {{ tools }} [TOOL_CALLS] [", typeof(MistralToolCallDialect))]
    [InlineData(Llama3Template, typeof(Llama3ToolCallDialect))]
    [InlineData("{{ tools }}", null)]
    [InlineData("[TOOL_CALLS]name[ARGS]{}", null)]
    [InlineData(null, null)]
    public void Dialect_IsFoundInTheTemplate(string? template, Type? expected) =>
        Assert.Equal(expected, ToolCallDialect.For(ToolDialect.FromTemplate, template)?.GetType());

    [Theory]
    [InlineData(ToolDialect.Hermes, typeof(HermesToolCallDialect))]
    [InlineData(ToolDialect.Mistral, typeof(MistralToolCallDialect))]
    [InlineData(ToolDialect.Llama3, typeof(Llama3ToolCallDialect))]
    public void Option_OverridesTheTemplate(ToolDialect asked, Type expected) =>
        Assert.Equal(expected, ToolCallDialect.For(asked, FakeEngine.ToolTemplate)?.GetType());

    [Theory]
    [InlineData(ToolDialect.Hermes, "<tool_call>\n{\"name\": \"get_time\", \"arguments\": {}}\n</tool_call>", 0)]
    [InlineData(ToolDialect.Mistral, "[TOOL_CALLS][{\"name\": \"get_time\", \"arguments\": {}}]", 0)]
    [InlineData(ToolDialect.Llama3, "{\"name\": \"get_time\", \"parameters\": {}}", 1)]
    public async Task Dialect_ReachesTheGrammarAndTheReading_StreamingAndNot(ToolDialect dialect, string answer, int maxCalls)
    {
        foreach (var streaming in (bool[])[true, false])
        {
            using var under = new ClientUnderTest(
                new FakeEngine { Script = _ => FakeEngine.Segments([.. answer.Chunk(5).Select(piece => new string(piece))]) }, options => options.ToolDialect = dialect);
            var tool = AIFunctionFactory.Create(() => "now", "get_time");
            var response = await under.AskAsync(streaming, new ChatOptions { Tools = [tool], ToolMode = ChatToolMode.RequireAny });
            var call = Assert.IsType<FunctionCallContent>(Assert.Single(Assert.Single(response.Messages).Contents));
            Assert.Equal(("get_time", ChatFinishReason.ToolCalls), (call.Name, response.FinishReason));
            var form = Assert.IsType<OutputForm.ToolCalls>(under.Engine.LastRequest.Output);
            Assert.Equal(maxCalls, form.MaxCalls);
            Assert.Null(form.Otherwise);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task MarkWithinJson_IsText(bool streaming)
    {
        const string Answer = "{\"s\": \"see  <tool_call> and so on\"}";
        using var under = new ClientUnderTest(new FakeEngine { Script = _ => FakeEngine.Segments([.. Answer.Chunk(5).Select(piece => new string(piece))]) });
        var response = await under.AskAsync(
            streaming, new ChatOptions { Tools = [AIFunctionFactory.Create(() => "now", "get_time")], ResponseFormat = ChatResponseFormat.Json });
        Assert.Equal((Answer, ChatFinishReason.Stop), (response.Text, response.FinishReason));
    }

    [Fact]
    public async Task UnknownDialect_IsRefused_NamingTheKnownAndTheOption()
    {
        using var under = new ClientUnderTest(new FakeEngine { Model = FakeEngine.Info(template: "{{ tools }}") });
        var failure = await Assert.ThrowsAsync<NotSupportedException>(() => under.AskAsync(true, new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "f")] }));
        Assert.Contains("Hermes, Llama3, Mistral", failure.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(SlerpChatClientOptions.ToolDialect), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TemplateThatHoldsOneCallInATurn_GetsParallelCallsOneByOne()
    {
        using var under = new ClientUnderTest(new FakeEngine
        {
            Refusal = request => ((Prompt.Conversation)request.Prompt).Turns.Any(turn => turn.ToolCalls.Count > 1) ? new ChatTemplateException("one call") : null,
        });
        await under.AskAsync(true,
        [
            new ChatMessage(ChatRole.User, "both"),
            new ChatMessage(ChatRole.Assistant, [new TextContent("Well."), new FunctionCallContent("1", "f"), new FunctionCallContent("2", "g")]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("2", "two"), new FunctionResultContent("1", "one")]),
        ]);
        var turns = ((Prompt.Conversation)under.Engine.LastRequest.Prompt).Turns;
        Assert.Equal(
            ["User both", "Assistant Well. f", "Tool one", "Assistant  g", "Tool two"],
            turns.Select(turn => $"{turn.Role} {string.Concat(turn.Parts.Select(part => part.Text))}{string.Concat(turn.ToolCalls.Select(call => " " + call.Name))}"));
    }
}
