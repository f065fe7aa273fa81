using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Slerp.Connector.Translation;

/// <summary>Reads typed values out of <c>AdditionalProperties</c>, whichever way they got there: plain, or through JSON.</summary>
/// <remarks>A value of the wrong kind is refused with its name, never dropped.</remarks>
internal readonly struct PropertyReader(AdditionalPropertiesDictionary? properties)
{
    /// <summary>A number, or null where the key is absent.</summary>
    public double? Number(string key) => Find(key) switch
    {
        null => null,
        JsonElement { ValueKind: JsonValueKind.Number } json => json.GetDouble(),
        bool or char or DateTime or DBNull => throw Refuse(key, "a number"),
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) => parsed,
        JsonElement { ValueKind: JsonValueKind.String } json
            when double.TryParse(json.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) => parsed,
        IConvertible convertible and not string => convertible.ToDouble(CultureInfo.InvariantCulture),
        _ => throw Refuse(key, "a number"),
    };

    /// <summary>An integer, or null where the key is absent. Numbers without a fraction count, however they are stored.</summary>
    public long? Integer(string key)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case long whole:
                return whole;
            case int whole:
                return whole;
            case JsonElement { ValueKind: JsonValueKind.Number } json when json.TryGetInt64(out var whole):
                return whole;
            case string text when long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var whole):
                return whole;
        }

        return Number(key) is { } number && Math.Abs(number) < (1L << 53) && number == Math.Floor(number)
            ? (long)number
            : throw Refuse(key, "an integer");
    }

    /// <summary>A boolean, or null where the key is absent.</summary>
    public bool? Boolean(string key) => Find(key) switch
    {
        null => null,
        bool flag => flag,
        JsonElement { ValueKind: JsonValueKind.True } => true,
        JsonElement { ValueKind: JsonValueKind.False } => false,
        string text when bool.TryParse(text, out var flag) => flag,
        JsonElement { ValueKind: JsonValueKind.String } json when bool.TryParse(json.GetString(), out var flag) => flag,
        _ => throw Refuse(key, "true or false"),
    };

    /// <summary>A text, or null where the key is absent.</summary>
    public string? Text(string key) => Find(key) switch
    {
        null => null,
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString(),
        _ => throw Refuse(key, "a text"),
    };

    /// <summary>A word, or null where the key is absent; a boolean is "true" or "false".</summary>
    public string? Word(string key) => Find(key) switch
    {
        null => null,
        bool flag => flag ? "true" : "false",
        string text => text.Trim().ToLowerInvariant(),
        Enum name => name.ToString().ToLowerInvariant(),
        JsonElement { ValueKind: JsonValueKind.True } => "true",
        JsonElement { ValueKind: JsonValueKind.False } => "false",
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString()!.Trim().ToLowerInvariant(),
        _ => throw Refuse(key, "a word"),
    };

    private object? Find(string key) =>
        properties is not null && properties.TryGetValue(key, out var value)
        && value is not JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined }
            ? value
            : null;

    private ArgumentException Refuse(string key, string expected)
    {
        var value = Find(key);
        var shown = value is JsonElement json ? json.ValueKind.ToString() : value?.GetType().Name;
        return new ArgumentException($"AdditionalProperties[\"{key}\"] is of type {shown}; expected {expected}.");
    }
}
