using System.Text.Json;

namespace Slerp.Connector.Translation;

/// <summary>Arguments as the function invokers and their serialisers accept them: plain scalars, JSON for everything nested.</summary>
internal static class ToolArguments
{
    /// <summary>The members of a JSON object; null where it is none.</summary>
    public static Dictionary<string, object?>? FromObject(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            arguments[member.Name] = Value(member.Value);
        }

        return arguments;
    }

    private static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when value.TryGetInt64(out var whole) => whole,
        JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
        _ => value.Clone(),
    };
}
