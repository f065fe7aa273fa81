using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Slerp.Connector.Translation;

/// <summary>Tool calls written as JSON objects: a name, and arguments (or parameters).</summary>
internal static class ToolCallJson
{
    /// <summary>The call an object makes; null where its name or arguments cannot be read.</summary>
    public static FunctionCallContent? Call(JsonElement call) =>
        call.ValueKind == JsonValueKind.Object
        && call.TryGetProperty("name", out var name)
        && name.ValueKind == JsonValueKind.String
        && name.GetString() is { Length: > 0 } toolName
        && Arguments(call) is { } arguments
            ? new FunctionCallContent($"call_{Guid.NewGuid():N}", toolName, arguments)
            : null;

    /// <summary>The JSON values a text begins with, as long as a separator stands between them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="separator">The separator; null for a single value.</param>
    /// <param name="length">Characters up to the end of the last value.</param>
    public static IReadOnlyList<JsonElement> Values(string text, char? separator, out int length)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var values = new List<JsonElement>();
        var end = 0;
        try
        {
            for (var start = 0; start < bytes.Length;)
            {
                var reader = new Utf8JsonReader(bytes.AsSpan(start));
                using var document = JsonDocument.ParseValue(ref reader);
                values.Add(document.RootElement.Clone());
                end = start + (int)reader.BytesConsumed;
                start = end;
                while (start < bytes.Length && bytes[start] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
                {
                    start++;
                }

                if (start == bytes.Length || bytes[start] != separator)
                {
                    break;
                }

                start++;
            }
        }
        catch (JsonException)
        {
            // What follows the last whole value is no JSON: the caller sees how far it came.
        }

        length = Encoding.UTF8.GetCharCount(bytes, 0, end);
        return values;
    }

    /// <summary>Some models write the arguments object as a string of JSON; a call may leave it out when it has none.</summary>
    private static Dictionary<string, object?>? Arguments(JsonElement call)
    {
        if (!call.TryGetProperty("arguments", out var arguments) && !call.TryGetProperty("parameters", out arguments))
        {
            return [];
        }

        return arguments.ValueKind == JsonValueKind.String ? Inner(arguments.GetString()!) : ToolArguments.FromObject(arguments);
    }

    private static Dictionary<string, object?>? Inner(string text)
    {
        try
        {
            using var inner = JsonDocument.Parse(text);
            return ToolArguments.FromObject(inner.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
