using System.Text.Json;
using Slerp.Engine;
using Slerp.Engine.Templates;
using Slerp.Engine.Tokenizers;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Integration.Tests.Embedded;

/// <summary>The embedded model against the program that trained it: template, ids, logits and greedy text.</summary>
public sealed class EmbeddedGoldenTests
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "models", "embedded");

    [Fact]
    public void Engine_ComputesWhatTheTrainerDid()
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "tests", "Integration.Tests", "Embedded", "golden.json")));
        var template = ChatTemplate.Load(Folder)!;
        var tokenizer = TokenizerLoader.Load(Folder);
        using var harness = new DecoderHarness(Path.Combine(Folder, "config.json"), Path.Combine(Folder, "model.safetensors"), threads: 2);
        foreach (var item in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            var rendered = template.Render(new ChatTemplateInput
            {
                Turns = [.. item.GetProperty("messages").EnumerateArray().Select(Turn)],
                Tools = [.. item.GetProperty("tools").EnumerateArray().Select(Tool)],
            });
            Assert.Equal(item.GetProperty("prompt").GetString(), rendered.Text);
            int[] ids = [.. item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            Assert.Equal(ids, tokenizer.Encode(rendered.Text, [.. rendered.Spans.Select(span => new ContentSpan(span.Start, span.Length))]).Ids);
            var slot = harness.Open();
            var logits = harness.Read(slot, ids, ids.Length)[^1];
            harness.Cache.Release(slot);
            foreach (var top in item.GetProperty("top").EnumerateArray())
            {
                Assert.Equal(top.GetProperty("logit").GetSingle(), logits[top.GetProperty("id").GetInt32()], 1e-3f);
            }

            int[] greedy = [.. item.GetProperty("greedy").EnumerateArray().Select(id => id.GetInt32())];
            Assert.Equal(greedy, harness.Greedy(ids, greedy.Length));
        }
    }

    private static ChatTurn Turn(JsonElement message) =>
        ChatTurn.FromText(Enum.Parse<ChatTurnRole>(message.GetProperty("role").GetString()!, ignoreCase: true), message.GetProperty("content").GetString()!);

    private static ChatTool Tool(JsonElement tool)
    {
        var function = tool.TryGetProperty("function", out var inner) ? inner : tool;
        return new ChatTool(function.GetProperty("name").GetString()!, function.GetProperty("description").GetString()!, function.GetProperty("parameters"));
    }
}
