using System.Globalization;
using System.Text.Json;

namespace Slerp.Engine.Checkpoints;

/// <summary>The fields of one JSON object, read with ranges; every refusal names the file and the field.</summary>
/// <remarks>An absent field and a null are the same, except for the members that say otherwise. Immutable and thread-safe.</remarks>
internal sealed class JsonFields
{
    private readonly JsonElement element;
    private readonly string prefix;

    /// <summary>Wraps an object.</summary>
    /// <param name="file">The file for error messages.</param>
    /// <param name="element">The object.</param>
    /// <param name="prefix">What stands before a field's name in messages, such as "rope_scaling.".</param>
    public JsonFields(string file, JsonElement element, string prefix = "")
    {
        File = file;
        this.element = element;
        this.prefix = prefix;
    }

    /// <summary>The file the fields are from.</summary>
    public string File { get; }

    /// <summary>Whether the field is present, be it null.</summary>
    public bool Has(string name) => element.TryGetProperty(name, out _);

    /// <summary>Whether the field is present and null.</summary>
    public bool IsNull(string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>A whole number that must be present.</summary>
    public int Int32(string name, int minimum, int maximum) =>
        FindInt32(name, minimum, maximum) ?? throw Missing(name, WholeNumber(minimum, maximum));

    /// <summary>A whole number, or null where it is absent.</summary>
    public int? FindInt32(string name, int minimum, int maximum) =>
        Find(name) is { } value ? ToInt32(name, value, minimum, maximum) : null;

    /// <summary>A number that must be present.</summary>
    public double Double(string name, double minimum, double maximum) =>
        FindDouble(name, minimum, maximum) ?? throw Missing(name, Number(minimum, maximum));

    /// <summary>A finite number, or null where it is absent.</summary>
    public double? FindDouble(string name, double minimum, double maximum)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        // The comparison also refuses NaN and the infinities that an exponent too large turns into.
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= minimum && number <= maximum
            ? number
            : throw Refuse(name, value, Number(minimum, maximum));
    }

    /// <summary>A truth value, or null where it is absent.</summary>
    public bool? FindBoolean(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Refuse(name, value, "true or false"),
    };

    /// <summary>A text, or null where it is absent.</summary>
    public string? FindText(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { } value => throw Refuse(name, value, "text"),
    };

    /// <summary>An object's fields, or null where it is absent.</summary>
    public JsonFields? FindObject(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new JsonFields(File, value, $"{prefix}{name}."),
        { } value => throw Refuse(name, value, "an object"),
    };

    /// <summary>A list of texts; empty where it is absent.</summary>
    public IReadOnlyList<string> Texts(string name) => [.. List(name).Select(item =>
        item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Refuse(name, item, "a list of texts"))];

    /// <summary>Whole numbers given as one number or as a list; empty where absent.</summary>
    public IReadOnlyList<int> Int32s(string name, int minimum, int maximum) => Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } => [.. List(name).Select(item => ToInt32(name, item, minimum, maximum))],
        { } value => [ToInt32(name, value, minimum, maximum)],
    };

    /// <summary>The names and values of the object, for objects that are maps.</summary>
    public IEnumerable<KeyValuePair<string, JsonElement>> Pairs() =>
        element.EnumerateObject().Select(static property => new KeyValuePair<string, JsonElement>(property.Name, property.Value));

    /// <summary>The failure of one field.</summary>
    /// <param name="name">The field.</param>
    /// <param name="fault">The rest of the sentence: what it is and what was expected.</param>
    public CheckpointException Refuse(string name, string fault) => new(File, $"field '{prefix}{Excerpt.Of(name)}' {fault}");

    private JsonElement.ArrayEnumerator List(string name) => Find(name) switch
    {
        null => default,
        { ValueKind: JsonValueKind.Array } value => value.EnumerateArray(),
        { } value => throw Refuse(name, value, "a list"),
    };

    private JsonElement? Find(string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private int ToInt32(string name, JsonElement value, int minimum, int maximum) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= minimum && number <= maximum
            ? (int)number
            : throw Refuse(name, value, WholeNumber(minimum, maximum));

    private CheckpointException Missing(string name, string expected) =>
        Refuse(name, IsNull(name) ? $"is null; expected {expected}." : $"is missing; expected {expected}.");

    private CheckpointException Refuse(string name, JsonElement value, string expected) =>
        Refuse(name, $"is {Describe(value)}; expected {expected}.");

    private static string WholeNumber(int minimum, int maximum) =>
        string.Create(CultureInfo.InvariantCulture, $"a whole number from {minimum:N0} to {maximum:N0}");

    private static string Number(double minimum, double maximum) =>
        string.Create(CultureInfo.InvariantCulture, $"a number from {minimum:R} to {maximum:R}");

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => Excerpt.Of(value.GetRawText()),
    };
}
