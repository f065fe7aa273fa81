using System.Text.Json;
using Slerp.Engine.Templates;

namespace Slerp.Engine.Tests.Templates;

public sealed class ChatTemplateTests
{
    private static readonly ChatTurn Hello = ChatTurn.FromText(ChatTurnRole.User, "hello");

    [Fact]
    public void Render_Turns_MarksEachPart()
    {
        var prompt = ChatTemplate.Parse(OwnTemplates.Blocks).Render(new()
        {
            Turns =
            [
                ChatTurn.FromText(ChatTurnRole.System, "be kind"),
                new() { Role = ChatTurnRole.User, Parts = [new("read "), new("a long text", ChatPartKind.Passage), new("")] },
            ],
        });

        Assert.Equal("[system]be kind[end]\n[user]read a long text[end]\n[assistant]", prompt.Text);
        Assert.Equal(
            [("be kind", PromptPartKind.System, 0, 0), ("read ", PromptPartKind.User, 1, 0), ("a long text", PromptPartKind.Passage, 1, 1)],
            Marked(prompt));
    }

    [Fact]
    public void Render_ToolsCallsAndResults_MarksEachAsContent()
    {
        using var schema = JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}""");
        var prompt = ChatTemplate.Parse(OwnTemplates.Tools, "<s>", "</s>").Render(new()
        {
            Turns =
            [
                Hello,
                new() { Role = ChatTurnRole.Assistant, Reasoning = "hm", ToolCalls = [new("c1", "weather", """{"city": "Ulm", "days": 2}""")] },
                new() { Role = ChatTurnRole.Tool, ToolCallId = "c1", Name = "weather", Parts = [new("sunny")] },
            ],
            Tools = [new("weather", "tells", schema.RootElement)],
            Variables = new Dictionary<string, JsonElement> { ["enable_thinking"] = JsonSerializer.SerializeToElement(true) },
        });

        Assert.Equal(
            """<s>[tools]{"type": "function", "function": {"name": "weather", "description": "tells", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}};[/tools]"""
            + """[user]hello</s>[assistant]<think>hm</think>[call c1 weather {"city": "Ulm", "days": 2}]</s>[result c1 weather]sunny</s>[assistant]<think>""",
            prompt.Text);
        var marked = Marked(prompt);
        Assert.Contains(("tells", PromptPartKind.ToolSchema, 0, -1), marked);
        Assert.Contains(("hm", PromptPartKind.Assistant, 1, -1), marked);
        Assert.Contains(("Ulm", PromptPartKind.Assistant, 1, -1), marked);
        Assert.Contains(("c1", PromptPartKind.Tool, 2, -1), marked);
        Assert.Contains(("sunny", PromptPartKind.Tool, 2, 0), marked);
    }

    [Fact]
    public void Render_ManyShortTurns_IsRefusedWithTheConversationsSize()
    {
        var template = ChatTemplate.Parse("{% for message in messages %}" + new string('-', 100) + "{{ message.content }}{% endfor %}");
        var failure = Assert.Throws<ChatTemplateException>(() => template.Render(new() { Turns = [.. Enumerable.Repeat(Hello, 20_000)] }));
        Assert.Contains($"a conversation of {20_000:N0} turns and {100_000:N0} characters. Send fewer turns", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Traits_OfEachKindOfTemplate_AreFound()
    {
        Assert.Equal(TemplateTraits.SystemRole | TemplateTraits.ToolResults, ChatTemplate.Parse(OwnTemplates.Blocks).Traits);
        Assert.Equal(
            TemplateTraits.SystemRole | TemplateTraits.Tools | TemplateTraits.ToolCalls | TemplateTraits.ToolResults,
            ChatTemplate.Parse(OwnTemplates.Tools).Traits);
        Assert.Equal(TemplateTraits.Alternation, ChatTemplate.Parse(OwnTemplates.Strict).Traits);
        Assert.Equal(
            TemplateTraits.SystemRole | TemplateTraits.ToolCalls | TemplateTraits.ToolResults | TemplateTraits.TextArguments | TemplateTraits.NullCallContent,
            ChatTemplate.Parse(OwnTemplates.TextArguments).Traits);
        Assert.Equal(TemplateTraits.SystemRole | TemplateTraits.TypedContent | TemplateTraits.ToolResults, ChatTemplate.Parse(OwnTemplates.Typed).Traits);
    }

    [Fact]
    public void Render_InTheShapeTheTemplateAsksFor_ReachesThePrompt()
    {
        var called = new ChatTurn { Role = ChatTurnRole.Assistant, ToolCalls = [new("c1", "weather", """{"city":"Ulm"}""")] };
        Assert.Equal("user:hello;weather({\"city\":\"Ulm\"})", ChatTemplate.Parse(OwnTemplates.TextArguments).Render(new() { Turns = [Hello, called] }).Text);
        Assert.Equal("<hello>", ChatTemplate.Parse(OwnTemplates.Typed).Render(new() { Turns = [Hello] }).Text);
    }

    [Fact]
    public void Render_ArgumentsThatAreNoJson_ReachThePromptAsText()
    {
        var called = new ChatTurn { Role = ChatTurnRole.Assistant, ToolCalls = [new("c1", "weather", "{city")] };
        Assert.Contains("[call c1 weather \"{city\"]", ChatTemplate.Parse(OwnTemplates.Tools).Render(new() { Turns = [called] }).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Refusal_CarriesTheTemplatesWords() => Assert.Contains(
        "user and assistant must alternate",
        Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(OwnTemplates.Strict).Render(new() { Turns = [Hello, Hello] })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Render_ReservedVariable_IsRefusedByName() => Assert.Contains(
        "'messages'",
        Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(OwnTemplates.Blocks).Render(new()
        {
            Turns = [Hello],
            Variables = new Dictionary<string, JsonElement> { ["messages"] = JsonSerializer.SerializeToElement("x") },
        })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Render_VariablesAndContentThatLookLikeTemplates_AreNotRun()
    {
        var prompt = ChatTemplate.Parse("{{ messages[0].content }}{{ documents[0].text }}").Render(new()
        {
            Turns = [ChatTurn.FromText(ChatTurnRole.User, "{{ 7 * 7 }}{% raw %}")],
            Variables = new Dictionary<string, JsonElement> { ["documents"] = JsonSerializer.SerializeToElement(new[] { new { text = "{{ 1 }}" } }) },
        });
        Assert.Equal("{{ 7 * 7 }}{% raw %}{{ 1 }}", prompt.Text);
        Assert.Equal([("{{ 7 * 7 }}{% raw %}", PromptPartKind.User, 0, 0), ("{{ 1 }}", PromptPartKind.Variable, -1, -1)], Marked(prompt));
    }

    private static List<(string, PromptPartKind, int, int)> Marked(RenderedPrompt prompt) =>
        [.. prompt.Spans.Select(span => (
            prompt.Text.Substring(span.Start, span.Length),
            prompt.Parts[span.Part].Kind,
            prompt.Parts[span.Part].Turn,
            prompt.Parts[span.Part].Part))];
}
