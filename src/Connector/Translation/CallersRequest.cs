using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Slerp.Connector.Translation;

/// <summary>Takes what is a caller's, so that nothing done to it afterwards changes the request; elements that are null are refused by name.</summary>
internal static class CallersRequest
{
    /// <summary>The messages.</summary>
    /// <exception cref="ArgumentException">One of them, or a part of one, is null.</exception>
    public static IReadOnlyList<ChatMessage> Take(IEnumerable<ChatMessage> messages)
    {
        ChatMessage[] taken = [.. messages];
        for (var index = 0; index < taken.Length; index++)
        {
            if (taken[index] is not { } message)
            {
                throw new ArgumentException($"messages[{index}] is null. Leave it out.", nameof(messages));
            }

            if (message.Contents.IndexOf(null!) is >= 0 and var part)
            {
                throw new ArgumentException($"messages[{index}].Contents[{part}] is null. Leave it out.", nameof(messages));
            }
        }

        return taken;
    }

    /// <summary>The options, a copy, with a schema of its own: that of the caller may stand in a document that is disposed; null for none.</summary>
    /// <exception cref="ArgumentException">A tool is null.</exception>
    public static ChatOptions? Take(ChatOptions? options)
    {
        if (options?.Tools?.IndexOf(null!) is >= 0 and var tool)
        {
            throw new ArgumentException($"ChatOptions.Tools[{tool}] is null. Leave it out.", nameof(options));
        }

        var taken = options?.Clone();
        if (taken?.ResponseFormat is ChatResponseFormatJson { Schema: { } schema } format)
        {
            taken.ResponseFormat = ChatResponseFormat.ForJsonSchema(Take(schema), format.SchemaName, format.SchemaDescription);
        }

        return taken;
    }

    /// <summary>A schema of one's own.</summary>
    public static JsonElement Take(JsonElement schema) => schema.ValueKind == JsonValueKind.Undefined ? schema : schema.Clone();
}
