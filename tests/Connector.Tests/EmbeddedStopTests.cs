using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests;

/// <summary>Stop sequences end text and nothing else, on the embedded model, with every drafter; reasoning that a template begins.</summary>
public sealed class EmbeddedStopTests : IDisposable
{
    private static readonly AIFunction Light = AIFunctionFactory.Create(
        (string room, bool on) => $"{room} {on}", "set_light", "Switch the light in a room on or off.");

    private static readonly JsonElement Pair = JsonElement.Parse(
        """{"type":"object","properties":{"a":{"type":"integer","maximum":99},"b":{"type":"integer","maximum":99}},"required":["a","b"],"additionalProperties":false}""");

    private readonly TemporaryFolder _folder = new();
    private readonly SlerpChatClient _client = new(new SlerpChatClientOptions());

    public static TheoryData<string, bool> Drafters
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (string name in EmbeddedModelTests.Drafters)
            {
                data.Add(name, true);
                data.Add(name, false);
            }

            return data;
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Drafters))]
    public async Task StopSequences_CutNoCallAndNoJson_ButText(string drafter, bool streaming)
    {
        foreach (var (configure, stops) in new (Action<ChatOptions>, string[])[]
        {
            (options => (options.Tools, options.ToolMode) = ([Light], ChatToolMode.RequireAny), ["\n"]),
            (options => options.Tools = [Light], ["}", "name", ":", "call>", "all"]),
            (options => options.ResponseFormat = ChatResponseFormat.ForJsonSchema(Pair), [",", "}", "{"]),
        })
        {
            var whole = await AskAsync(_client, "Switch on the office light.", "vanilla", streaming, configure);
            var asked = await AskAsync(_client, "Switch on the office light.", drafter, streaming, options =>
            {
                configure(options);
                options.StopSequences = stops;
            });
            Assert.Equal(Describe(whole), Describe(asked));
            Assert.True(asked.Messages[0].Contents is [FunctionCallContent { Name: "set_light" }, ..] || asked.Text.EndsWith('}'), Describe(asked));
        }

        var text = (await AskAsync(_client, "Hello, how are you?", "vanilla", streaming, _ => { })).Text;
        var stop = text[(text.Length / 2)..(text.Length * 3 / 4)];
        var cut = await AskAsync(_client, "Hello, how are you?", drafter, streaming, options => (options.StopSequences, options.Tools) = ([stop], [Light]));
        var plain = await AskAsync(_client, "Hello, how are you?", drafter, streaming, options => options.StopSequences = [stop]);
        Assert.Equal(text[..text.IndexOf(stop, StringComparison.Ordinal)], plain.Text);
        Assert.DoesNotContain(stop, cut.Text, StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Stop, plain.FinishReason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reasoning_ThatTheTemplateBegins_IsReasoning_AndAFormIsKeptBehindIt(bool streaming)
    {
        await using var client = new SlerpChatClient(new SlerpChatClientOptions { ModelPath = Thinking() });
        var free = await AskAsync(client, "Hello, how are you?", "auto", streaming, _ => { });
        Assert.NotEmpty(Reasoning(free));
        Assert.Empty(free.Text);
        Assert.True(free.Usage!.ReasoningTokenCount > 0);
        var uncut = await AskAsync(client, "Hello, how are you?", "auto", streaming, options => options.StopSequences = [" ", "\n", "e"]);
        Assert.Equal((Reasoning(free), free.FinishReason), (Reasoning(uncut), uncut.FinishReason));

        // This model never ends its reasoning: the limit does, in time for the form.
        var json = await AskAsync(client, "Hello, how are you?", "auto", streaming, options =>
            (options.ResponseFormat, options.MaxOutputTokens, options.StopSequences) = (ChatResponseFormat.ForJsonSchema(Pair), 120, [" "]));
        Assert.NotEmpty(Reasoning(json));
        using var document = JsonDocument.Parse(json.Text);
        Assert.Equal(2, document.RootElement.EnumerateObject().Count());

        var call = await AskAsync(client, "Switch on the office light.", "auto", streaming, options =>
            (options.Tools, options.ToolMode, options.MaxOutputTokens) = ([Light], ChatToolMode.RequireAny, 120));
        Assert.Equal("set_light", Assert.Single(call.Messages[0].Contents.OfType<FunctionCallContent>()).Name);
        Assert.Equal(ChatFinishReason.ToolCalls, call.FinishReason);

        // What it writes within the reasoning is no call, whatever it looks like.
        var within = await AskAsync(client, "Switch on the office light.", "auto", streaming, options => options.Tools = [Light]);
        Assert.IsType<TextReasoningContent>(Assert.Single(within.Messages[0].Contents));
    }

    private static string Reasoning(ChatResponse response) =>
        string.Concat(response.Messages.SelectMany(message => message.Contents).OfType<TextReasoningContent>().Select(content => content.Text));

    private static string Describe(ChatResponse response) => string.Join('|', response.Messages.SelectMany(message => message.Contents).Select(content => content switch
    {
        FunctionCallContent call => $"{call.Name} {JsonSerializer.Serialize(call.Arguments)}",
        TextContent text => text.Text,
        _ => content.GetType().Name,
    }).Append($"{response.FinishReason}"));

    private static Task<ChatResponse> AskAsync(IChatClient client, string text, string drafter, bool streaming, Action<ChatOptions> configure)
    {
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 80, AdditionalProperties = new() { [SlerpProperties.Drafter] = drafter } };
        configure(options);
        return streaming ? client.GetStreamingResponseAsync(text, options).ToChatResponseAsync() : client.GetResponseAsync(text, options);
    }

    // The embedded model with a template that begins the reasoning.
    private string Thinking()
    {
        var embedded = Path.Combine(AppContext.BaseDirectory, "models", "embedded");
        var path = Path.GetDirectoryName(_folder.Path("thinking", "config.json"))!;
        foreach (var file in new[] { "config.json", "generation_config.json", "model.safetensors", "tokenizer.json" })
        {
            File.Copy(Path.Combine(embedded, file), Path.Combine(path, file));
        }

        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(embedded, "tokenizer_config.json")))!;
        const string Header = "{{- '<|im_start|>assistant\\n' -}}";
        var template = config["chat_template"]!.GetValue<string>();
        Assert.EndsWith(Header + "{%- endif -%}", template, StringComparison.Ordinal);
        config["chat_template"] = template.Insert(template.LastIndexOf("{%- endif -%}", StringComparison.Ordinal), "{{- '<think>\\n' -}}");
        File.WriteAllText(Path.Combine(path, "tokenizer_config.json"), config.ToJsonString());
        return path;
    }
}
