using System.Text.Json;
using System.Text.Unicode;

namespace Slerp.Engine.Checkpoints;

/// <summary>Reads the small JSON files of a checkpoint, strictly.</summary>
/// <remarks>
/// No byte order mark, comments, trailing commas, duplicate names or invalid Unicode; bounded size and depth. The result owns its memory.
/// </remarks>
internal static class CheckpointJson
{
    private const int MaxDepth = 32;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>Reads a file whose top level must be an object.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The longest file accepted.</param>
    /// <param name="name">How messages name it; the path by default.</param>
    /// <exception cref="CheckpointException">The file cannot be read or is malformed.</exception>
    public static JsonElement ReadObject(string path, long maxBytes, string? name = null)
    {
        name ??= path;
        using var handle = CheckpointFile.Open(path, name);
        var length = RandomAccess.GetLength(handle);
        if (length > maxBytes)
        {
            throw new CheckpointException(name, $"the file has {length:N0} bytes; the limit is {maxBytes:N0}.");
        }

        var bytes = new byte[length];
        var read = CheckpointFile.Read(handle, name, 0, bytes);
        return ParseObject(name, bytes.AsMemory(0, read));
    }

    /// <summary>Parses text whose top level must be an object.</summary>
    /// <param name="file">The file's name for error messages.</param>
    /// <param name="utf8">The text.</param>
    /// <exception cref="CheckpointException">The text is malformed.</exception>
    public static JsonElement ParseObject(string file, ReadOnlyMemory<byte> utf8)
    {
        if (!Utf8.IsValid(utf8.Span))
        {
            throw new CheckpointException(file, "the file is not valid UTF-8; save it as UTF-8.");
        }

        try
        {
            using var document = JsonDocument.Parse(utf8, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new CheckpointException(file, "the file does not hold a JSON object.");
            }

            Decode(document.RootElement);
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new CheckpointException(file, $"the file is not strict JSON: {error.Message}", error);
        }
        catch (InvalidOperationException error)
        {
            // What the JSON reader throws for an escape that is half of a surrogate pair.
            throw new CheckpointException(file, "the file holds text that is not valid Unicode.", error);
        }
    }

    /// <summary>Decodes every text once, so that no later access can meet an invalid escape. Depth is bounded by the parser.</summary>
    private static void Decode(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    Decode(property.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Decode(item);
                }

                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
        }
    }
}
