using System.Text.Json;
using Microsoft.Extensions.AI;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;

namespace Slerp.Connector.Conformance;

/// <summary>Short ways to put one question to a client on a scripted engine.</summary>
internal static class Asking
{
    public const string Call = "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Lisbon\"}}\n</tool_call>";

    public static ChatMessage User(string text) => new(ChatRole.User, text);

    /// <summary>What the engine was asked, for one request with these options.</summary>
    public static async Task<GenerationRequest> RequestAsync(bool streaming, ChatOptions? options, params ChatMessage[] messages)
    {
        using var under = new ClientUnderTest();
        await under.AskAsync(streaming, messages.Length > 0 ? messages : [User("Hi")], options);
        return under.Engine.LastRequest;
    }

    /// <summary>The turns the engine was asked with.</summary>
    public static async Task<IReadOnlyList<ChatTurn>> TurnsAsync(bool streaming, ChatOptions? options, params ChatMessage[] messages)
    {
        using var under = new ClientUnderTest(configure: client => client.UnsupportedContent = UnsupportedContent.Throw);
        await under.AskAsync(streaming, messages, options);
        return ((Prompt.Conversation)under.Engine.LastRequest.Prompt).Turns;
    }

    /// <summary>The response to a scripted answer.</summary>
    public static async Task<ChatResponse> AnswerAsync(bool streaming, string answer, ChatOptions? options = null, FinishReason finish = FinishReason.EndOfText, ModelInfo? model = null)
    {
        using var under = new ClientUnderTest(Answering(answer, finish, model));
        return await under.AskAsync(streaming, options);
    }

    /// <summary>The updates of a scripted answer.</summary>
    public static async Task<IReadOnlyList<ChatResponseUpdate>> UpdatesAsync(string answer, ChatOptions? options = null)
    {
        using var under = new ClientUnderTest(Answering(answer));
        return await under.UpdatesAsync(options);
    }

    /// <summary>An engine that says this, a few characters at a time.</summary>
    public static FakeEngine Answering(string answer, FinishReason finish = FinishReason.EndOfText, ModelInfo? model = null) => new()
    {
        Model = model ?? FakeEngine.Info(),
        Script = _ => FakeEngine.Segments(finish, [.. answer.Chunk(4).Select(piece => new string(piece)).DefaultIfEmpty("")]),
    };

    /// <summary>JSON without the spaces and lines between its parts; other text as it is.</summary>
    public static string Compact(string text) =>
        text.StartsWith('{') ? JsonSerializer.Serialize(JsonElement.Parse(text)) : text;

    public static string Text(this ChatTurn turn) => string.Concat(turn.Parts.Select(part => part.Text));
}
