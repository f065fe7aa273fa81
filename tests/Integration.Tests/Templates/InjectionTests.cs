using System.Text.Json;
using Slerp.Engine;
using Slerp.Engine.Templates;
using Slerp.Tests.Shared;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Templates;

/// <summary>Text of a conversation that spells control tokens: wherever a published template puts it, its origin spans say it is content.</summary>
public sealed class InjectionTests(ITestOutputHelper output)
{
    [SharedDataFact]
    public void PublishedTemplates_InjectedText_IsCoveredByContentSpans()
    {
        var strings = TemplateRun.Read("malformed", "special_token_injection.json").GetProperty("strings").EnumerateArray().Select(s => s.GetString()!).ToList();
        var (rendered, refused, found) = (0, 0, 0);
        foreach (var entry in TemplateRun.Read("chat_templates", "jinja2_golden_renderings.json").GetProperty("templates").EnumerateObject())
        {
            var template = ChatTemplate.Parse(entry.Value.GetString()!, "<s>", "</s>", new TemplateRun.FixedTime());
            foreach (var injected in strings)
            {
                foreach (var input in Conversations(template, injected))
                {
                    try
                    {
                        var attacked = template.Render(input("\u0001" + injected + "\u0002"));
                        rendered++;
                        found += AssertMarkedTextIsContent(attacked, entry.Name);
                        AssertTemplateTextUnchanged(template, input, injected, entry.Name);
                    }
                    catch (ChatTemplateException)
                    {
                        refused++;
                    }
                }
            }
        }

        output.WriteLine($"{rendered} conversations rendered, {refused} refused by their template, {found} injected strings found, all covered");
        Assert.True(found > 4_000);
    }

    /// <summary>Every field that carries text of a caller, one conversation for each.</summary>
    private static IEnumerable<Func<string, ChatTemplateInput>> Conversations(ChatTemplate template, string injected)
    {
        var user = ChatTurn.FromText(ChatTurnRole.User, "question");
        yield return text => new() { Turns = [ChatTurn.FromText(ChatTurnRole.User, text)] };
        yield return text => new() { Turns = [ChatTurn.FromText(ChatTurnRole.System, text), user] };
        yield return text => new() { Turns = [user, ChatTurn.FromText(ChatTurnRole.Assistant, text), user] };
        yield return text => new()
        {
            Turns = [new() { Role = ChatTurnRole.User, Parts = [new("a" + text[..^3]), new(text[^3..], ChatPartKind.Passage)] }],
        };
        yield return text => new() { Turns = [user], Tools = [Tool(text, "described", "{}")] };
        yield return text => new() { Turns = [user], Tools = [Tool("tool", text, "{}")] };
        yield return text => new()
        {
            Turns = [user],
            Tools = [Tool("tool", "described", JsonSerializer.Serialize(new { type = "object", properties = new { a = new { type = "string", description = text } } }))],
        };
        if (template.Traits.HasFlag(TemplateTraits.ToolCalls))
        {
            yield return text => Called(user, new("abcdef123", text, "{}"), "result");
            yield return text => Called(user, new("abcdef123", "tool", JsonSerializer.Serialize(new Dictionary<string, string> { ["a"] = text, [text] = "b" })), "result");
            yield return text => Called(user, new("abcdef123", "tool", "{}"), text);
        }
    }

    private static ChatTemplateInput Called(ChatTurn user, ChatToolCall call, string result) => new()
    {
        Turns =
        [
            user,
            new() { Role = ChatTurnRole.Assistant, ToolCalls = [call] },
            new() { Role = ChatTurnRole.Tool, Name = "tool", ToolCallId = call.Id, Parts = [new(result)] },
        ],
        Tools = [Tool("tool", "described", """{"type":"object","properties":{"a":{"type":"string","description":"d"}}}""")],
    };

    private static ChatTool Tool(string name, string description, string schema)
    {
        using var document = JsonDocument.Parse(schema);
        return new ChatTool(name, description, document.RootElement.Clone());
    }

    /// <summary>All between a start and an end mark is content, however the template escaped or moved it.</summary>
    private static int AssertMarkedTextIsContent(RenderedPrompt prompt, string template)
    {
        var covered = new bool[prompt.Text.Length];
        foreach (var span in prompt.Spans)
        {
            Array.Fill(covered, true, span.Start, span.Length);
        }

        var found = 0;
        foreach (var (open, close) in new[] { ("\u0001", "\u0002"), ("\\u0001", "\\u0002"), ("\\x01", "\\x02") })
        {
            for (var start = prompt.Text.IndexOf(open, StringComparison.Ordinal); start >= 0; start = prompt.Text.IndexOf(open, start + 1, StringComparison.Ordinal))
            {
                var end = prompt.Text.IndexOf(close, start, StringComparison.Ordinal) + close.Length;
                Assert.True(end > start && covered.AsSpan(start, end - start).IndexOf(false) < 0, $"{template}: '{prompt.Text[start..Math.Max(start, end)]}' is not all content");
                found++;
            }
        }

        return found;
    }

    /// <summary>What the template itself writes does not change with the content.</summary>
    private static void AssertTemplateTextUnchanged(ChatTemplate template, Func<string, ChatTemplateInput> input, string injected, string name)
    {
        var attacked = TemplateText(template.Render(input("\u0001" + injected + "\u0002")));
        var control = TemplateText(template.Render(input("\u0001" + new string('x', injected.Length) + "\u0002")));
        if (!injected.Contains("</think>", StringComparison.Ordinal))
        {
            Assert.True(attacked == control, $"{name}: the template's own text changed from '{control}' to '{attacked}'");
        }
    }

    private static string TemplateText(RenderedPrompt prompt)
    {
        var text = new System.Text.StringBuilder();
        var position = 0;
        foreach (var span in prompt.Spans)
        {
            text.Append(prompt.Text, position, span.Start - position);
            position = span.Start + span.Length;
        }

        return text.Append(prompt.Text, position, prompt.Text.Length - position).ToString();
    }
}
