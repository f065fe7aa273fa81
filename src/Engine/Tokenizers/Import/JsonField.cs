using System.Text.Json;

namespace Slerp.Engine.Tokenizers.Import;

/// <summary>A value of a JSON file that knows its file and path, so that every complaint names both.</summary>
internal readonly struct JsonField
{
    private readonly JsonElement element;

    private JsonField(JsonElement element, FieldPath? path, string fileName)
    {
        this.element = element;
        Path = path;
        FileName = fileName;
    }

    /// <summary>Where the value stands; null at the top.</summary>
    public FieldPath? Path { get; }

    /// <summary>The file, as the user knows it.</summary>
    public string FileName { get; }

    /// <summary>Whether the value is an object.</summary>
    public bool IsObject => element.ValueKind == JsonValueKind.Object;

    /// <summary>Whether the value is an array.</summary>
    public bool IsArray => element.ValueKind == JsonValueKind.Array;

    /// <summary>Whether the value is a string.</summary>
    public bool IsString => element.ValueKind == JsonValueKind.String;

    /// <summary>How many items an array has.</summary>
    public int Length => element.GetArrayLength();

    /// <summary>Parses a file strictly: no duplicate names, no comments, bounded depth.</summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8Json, string fileName)
    {
        try
        {
            return JsonDocument.Parse(utf8Json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 64 });
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new CheckpointException(fileName, $"not strict JSON: {exception.Message}", exception);
        }
    }

    /// <summary>The top of a file, which is an object.</summary>
    public static JsonField Root(JsonDocument document, string fileName)
    {
        var root = new JsonField(document.RootElement, path: null, fileName);
        return root.IsObject ? root : throw root.Wrong("an object");
    }

    /// <summary>A member that must be there.</summary>
    public JsonField Required(string name) => Optional(name) ?? throw new CheckpointException(FileName, $"{new FieldPath(Path, name)} is missing.");

    /// <summary>A member, or null where it is absent or null.</summary>
    public JsonField? Optional(string name)
    {
        if (!IsObject)
        {
            throw Wrong("an object");
        }

        return element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? new JsonField(value, new FieldPath(Path, name), FileName)
            : null;
    }

    /// <summary>The value as text.</summary>
    public string Text()
    {
        if (!IsString)
        {
            throw Wrong("a string");
        }

        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new CheckpointException(FileName, $"{Path} is not valid Unicode: {exception.Message}", exception);
        }
    }

    /// <summary>The value as a whole number.</summary>
    public long Integer() =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var value) ? value : throw Wrong("a whole number");

    /// <summary>The value as a number.</summary>
    public double Real() =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var value) ? value : throw Wrong("a number");

    /// <summary>The value as yes or no.</summary>
    public bool Flag() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong("true or false"),
    };

    /// <summary>A member as text, or null.</summary>
    public string? OptionalText(string name) => Optional(name)?.Text();

    /// <summary>A member as yes or no, or a default.</summary>
    public bool OptionalFlag(string name, bool otherwise) => Optional(name)?.Flag() ?? otherwise;

    /// <summary>The items of an array.</summary>
    public IEnumerable<JsonField> Items()
    {
        if (!IsArray)
        {
            throw Wrong("an array");
        }

        var index = 0;
        foreach (var item in element.EnumerateArray())
        {
            yield return new JsonField(item, new FieldPath(Path, index++), FileName);
        }
    }

    /// <summary>The members of an object.</summary>
    public IEnumerable<KeyValuePair<string, JsonField>> Members()
    {
        if (!IsObject)
        {
            throw Wrong("an object");
        }

        foreach (var property in element.EnumerateObject())
        {
            var name = NameOf(property);
            yield return KeyValuePair.Create(name, new JsonField(property.Value, new FieldPath(Path, name), FileName));
        }
    }

    /// <summary>A complaint about this value.</summary>
    public CheckpointException Wrong(string expected) =>
        new(FileName, $"{(Path is null ? "the file" : Path)} is {Describe()}; expected {expected}.");

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException exception)
        {
            throw new CheckpointException(FileName, $"{Path} has a member whose name is not valid Unicode: {exception.Message}", exception);
        }
    }

    private string Describe() => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.Null => "null",
        _ => Vocabulary.Shorten(element.GetRawText()),
    };
}
