using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Slerp.Engine.Tests.Constraints;

namespace Slerp.Benchmarks.Quality;

/// <summary>One held-out case: a conversation, the tools it offers, and what a right answer is.</summary>
internal sealed class QualityCase
{
    private readonly JsonNode _expected;
    private readonly string[] _says;

    private QualityCase(JsonNode line)
    {
        Messages = [.. line["messages"]!.AsArray().SelectMany(static (message, index) => Message(message!, index))];
        Tools = [.. line["tools"]!.AsArray().Select(static tool => Tool(tool!["function"]!))];
        _expected = line["expected"]!;
        _says = line["says"] is JsonArray says ? [.. says.Select(static value => value!.GetValue<string>())] : [];
    }

    /// <summary>The conversation so far.</summary>
    public IReadOnlyList<ChatMessage> Messages { get; }

    /// <summary>What the model may call.</summary>
    public IList<AITool> Tools { get; }

    /// <summary>What was expected, for people.</summary>
    public string Expected => _expected.ToJsonString();

    /// <summary>Reads a file of cases.</summary>
    public static IEnumerable<QualityCase> Read(string path) =>
        File.ReadLines(path).Where(static line => line.Length > 0).Select(static line => new QualityCase(JsonNode.Parse(line)!));

    /// <summary>Whether an answer is right: the tool and its arguments, the values it has to say, or the exact text.</summary>
    public bool IsRight(ChatResponse response)
    {
        var calls = response.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>().ToList();
        if (_expected is JsonObject call)
        {
            return calls is [var only]
                && only.Name == call["name"]!.GetValue<string>()
                && JsonNode.DeepEquals(JsonSerializer.SerializeToNode(only.Arguments), call["arguments"]);
        }

        var text = response.Text.Trim();
        return calls.Count == 0
            && (_says.Length > 0 ? _says.All(value => text.Contains(value, StringComparison.Ordinal)) : text == _expected.GetValue<string>());
    }

    /// <summary>Whether a call is the expected one.</summary>
    public bool IsRight(FunctionCallContent call) =>
        call.Name == _expected["name"]?.GetValue<string>() && JsonNode.DeepEquals(JsonSerializer.SerializeToNode(call.Arguments), _expected["arguments"]);

    /// <summary>Whether a call is one of a tool that was offered, with arguments that tool takes.</summary>
    public bool IsValid(FunctionCallContent call) =>
        call.Exception is null && call.Arguments is { } arguments
        && Tools.OfType<AIFunctionDeclaration>().FirstOrDefault(tool => tool.Name == call.Name) is { } tool
        && SchemaOracle.IsValid(tool.JsonSchema, tool.JsonSchema, JsonSerializer.SerializeToElement(arguments));

    private static IEnumerable<ChatMessage> Message(JsonNode message, int index)
    {
        var text = message["content"]?.GetValue<string>() ?? "";
        switch (message["role"]!.GetValue<string>())
        {
            case "system":
                yield return new ChatMessage(ChatRole.System, text);
                break;
            case "user":
                yield return new ChatMessage(ChatRole.User, text);
                break;
            case "assistant" when message["tool_calls"] is JsonArray calls:
                yield return new ChatMessage(ChatRole.Assistant, [.. calls.Select(call => Call(call!, index))]);
                break;
            case "assistant":
                yield return new ChatMessage(ChatRole.Assistant, text);
                break;
            default:
                // A result follows its call.
                yield return new ChatMessage(ChatRole.Tool, [new FunctionResultContent(CallId(index - 1), text)]);
                break;
        }
    }

    private static FunctionCallContent Call(JsonNode call, int index) => new(
        CallId(index),
        call["name"]!.GetValue<string>(),
        call["arguments"]!.AsObject().ToDictionary(static pair => pair.Key, static pair => (object?)JsonSerializer.SerializeToElement(pair.Value)));

    private static string CallId(int index) => $"call{index}";

    private static AIFunctionDeclaration Tool(JsonNode function) => AIFunctionFactory.CreateDeclaration(
        function["name"]!.GetValue<string>(),
        function["description"]?.GetValue<string>() ?? "",
        JsonSerializer.SerializeToElement(function["parameters"]));
}
