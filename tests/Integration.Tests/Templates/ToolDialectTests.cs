using System.Text.Json;
using Slerp.Connector;
using Slerp.Connector.Translation;
using Slerp.Engine;
using Slerp.Engine.Templates;
using Slerp.Tests.Shared;

namespace Slerp.Integration.Tests.Templates;

/// <summary>Published templates write a call as their dialect reads it, and take its result, whatever the call's id looks like.</summary>
public sealed class ToolDialectTests
{
    private const string CallId = "call_0f8fad5bd9cb469fa16570867728950e";

    private static readonly string[] Ends = ["</s>", "<|eot_id|>", "<|im_end|>"];

    private static readonly ChatTool Tool = new("get_weather", "Weather in a city.", JsonElement.Parse(
        """{"type":"object","properties":{"city":{"type":"string","description":"The city"},"days":{"type":"integer","description":"Days"}},"required":["city"]}"""));

    [SharedDataTheory]
    [InlineData("llama.cpp/templates/mistralai-Mistral-Nemo-Instruct-2407.jinja", typeof(MistralToolCallDialect))]
    [InlineData("mistral_common/v3.jinja", typeof(MistralToolCallDialect))]
    [InlineData("mistral_common/v3_spm.jinja", typeof(MistralToolCallDialect))]
    [InlineData("mistral_common/v7.jinja", typeof(MistralToolCallDialect))]
    [InlineData("llama.cpp/templates/meta-llama-Llama-3.1-8B-Instruct.jinja", typeof(Llama3ToolCallDialect))]
    [InlineData("llama.cpp/templates/meta-llama-Llama-3.2-3B-Instruct.jinja", typeof(Llama3ToolCallDialect))]
    [InlineData("llama.cpp/templates/meta-llama-Llama-3.3-70B-Instruct.jinja", typeof(Llama3ToolCallDialect))]
    [InlineData("llama.cpp/templates/Qwen-Qwen2.5-7B-Instruct.jinja", typeof(HermesToolCallDialect))]
    [InlineData("llama.cpp/templates/NousResearch-Hermes-3-Llama-3.1-8B-tool_use.jinja", typeof(HermesToolCallDialect))]
    public void RenderedCall_IsReadBack_AndItsResultFollows(string file, Type expected)
    {
        var source = File.ReadAllText(SharedData.Path(["chat_templates", .. file.Split('/')]));
        var dialect = ToolCallDialect.For(ToolDialect.FromTemplate, source)!;
        Assert.Equal(expected, dialect.GetType());
        var text = ChatTemplate.Parse(source, "<s>", "</s>").Render(new ChatTemplateInput
        {
            Tools = [Tool],
            Turns =
            [
                ChatTurn.FromText(ChatTurnRole.User, "Weather in Lisbon?"),
                new ChatTurn { Role = ChatTurnRole.Assistant, ToolCalls = [new ChatToolCall(CallId, "get_weather", """{"city":"Lisbon","days":2}""")] },
                new ChatTurn { Role = ChatTurnRole.Tool, ToolCallId = CallId, Name = "get_weather", Parts = [new ChatPart("21 degrees")] },
            ],
        }).Text;
        var read = dialect.Read(Body(text, dialect), new HashSet<string> { "get_weather" });
        Assert.True(read is not null, text);
        var call = Assert.Single(read.Calls);
        Assert.Equal("get_weather", call.Name);
        Assert.Equal("Lisbon", call.Arguments!["city"]);
        Assert.Equal(2L, call.Arguments["days"]);
        var written = text.IndexOf("Lisbon\"", StringComparison.Ordinal);
        Assert.True(text.IndexOf("21 degrees", written, StringComparison.Ordinal) > written, "the result follows its call");
    }

    private static string Body(string text, ToolCallDialect dialect)
    {
        var call = text.IndexOf("\"Lisbon\"", StringComparison.Ordinal);
        var mark = dialect.BareOpen is null ? dialect.Open : "";
        var start = mark.Length > 0
            ? text.LastIndexOf(mark, call, StringComparison.Ordinal) + mark.Length
            : text.LastIndexOf("{\"name\":", call, StringComparison.Ordinal);
        var end = (dialect.Close is { } close ? [close] : Ends).Select(stop => text.IndexOf(stop, call, StringComparison.Ordinal)).Where(place => place >= 0).Min();
        return text[start..end];
    }
}
