using System.Collections.Immutable;
using System.Text.Json;

namespace Slerp.Engine.Checkpoints;

/// <summary>Reads and checks the JSON header of a safetensors file; pure, so that it can be tested without files.</summary>
/// <remarks>
/// <para>Stricter than the reference reader where that one is ambiguous: duplicate names and fields are refused (after unescaping), ranks above
/// <see cref="MaxRank"/> and more than <see cref="MaxTensors"/> tensors are refused. As lenient where it is: unknown fields of a tensor are
/// ignored, white space may surround the object.</para>
/// <para>Source: the safetensors format description (github.com/huggingface/safetensors).</para>
/// </remarks>
internal static class SafetensorsHeader
{
    /// <summary>The longest header the format allows, in bytes.</summary>
    public const long MaxBytes = 100_000_000;

    /// <summary>No language model needs more dimensions; a longer list is an attack on the reader.</summary>
    public const int MaxRank = 8;

    /// <summary>More than twice what the largest published mixtures of experts have in all their shards; read in under a second.</summary>
    public const int MaxTensors = 250_000;

    private const int MaxMetadataEntries = 100_000;

    private const string MetadataName = "__metadata__";

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 16 };

    /// <summary>The tensors of a header, in file order of their data.</summary>
    /// <param name="file">The file's name for error messages.</param>
    /// <param name="header">The header's bytes.</param>
    /// <param name="dataStart">Where the data begins in the file.</param>
    /// <param name="dataLength">How many bytes of data follow the header.</param>
    public static IReadOnlyList<TensorEntry> Parse(string file, ReadOnlySpan<byte> header, long dataStart, long dataLength)
    {
        var entries = new List<TensorEntry>();
        try
        {
            var reader = new Utf8JsonReader(header, Strict);
            ReadObject(file, ref reader, entries, dataStart, dataLength);
        }
        catch (JsonException error)
        {
            throw new CheckpointException(file, $"the header is not strict JSON: {error.Message}", error);
        }
        catch (InvalidOperationException error)
        {
            // What the JSON reader throws for text that is not valid Unicode.
            throw new CheckpointException(file, "the header holds text that is not valid Unicode. Convert the checkpoint again.", error);
        }

        CheckCoverage(file, entries, dataStart, dataLength);
        return entries;
    }

    private static void ReadObject(string file, ref Utf8JsonReader reader, List<TensorEntry> entries, long dataStart, long dataLength)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new CheckpointException(file, "the header is not a JSON object. This is not a safetensors file, or it is damaged.");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!names.Add(name))
            {
                throw new CheckpointException(
                    file, $"the header names '{Excerpt.Of(name)}' twice. Two readers would see different weights; convert again.");
            }

            if (names.Count > MaxTensors)
            {
                throw new CheckpointException(file, $"the header names more than {MaxTensors:N0} tensors, the limit.");
            }

            reader.Read();
            if (name == MetadataName)
            {
                SkipMetadata(file, ref reader);
            }
            else
            {
                entries.Add(ReadTensor(file, name, ref reader, dataStart, dataLength));
            }
        }

        // The object is closed; only white space may follow, and the reader throws on anything else.
        reader.Read();
    }

    private static void SkipMetadata(string file, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new CheckpointException(file, $"'{MetadataName}' is not an object of text values.");
        }

        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            if (!keys.Add(key) || keys.Count > MaxMetadataEntries)
            {
                throw new CheckpointException(
                    file, $"'{MetadataName}' repeats '{Excerpt.Of(key)}' or has more than {MaxMetadataEntries:N0} entries.");
            }

            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw new CheckpointException(file, $"'{MetadataName}' holds a value for '{Excerpt.Of(key)}' that is not text.");
            }
        }
    }

    private static TensorEntry ReadTensor(string file, string name, ref Utf8JsonReader reader, long dataStart, long dataLength)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Malformed(file, name, "is not an object");
        }

        TensorDType? dtype = null;
        ImmutableArray<long>? shape = null;
        ImmutableArray<long>? offsets = null;
        HashSet<string>? unknown = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.GetString()!;
            var isFirst = field switch
            {
                "dtype" => dtype is null,
                "shape" => shape is null,
                "data_offsets" => offsets is null,
                _ => (unknown ??= new HashSet<string>(StringComparer.Ordinal)).Add(field),
            };
            if (!isFirst)
            {
                throw Malformed(file, name, $"has the field '{Excerpt.Of(field)}' twice");
            }

            reader.Read();
            switch (field)
            {
                case "dtype":
                    dtype = ReadDType(file, name, ref reader);
                    break;
                case "shape":
                    shape = ReadNumbers(file, name, "shape", MaxRank, ref reader);
                    break;
                case "data_offsets":
                    offsets = ReadNumbers(file, name, "data_offsets", 2, ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (dtype is not { } elements || shape is not { } dimensions || offsets is not { Length: 2 } range)
        {
            throw Malformed(file, name, "needs dtype, shape and two data_offsets");
        }

        return Check(file, name, elements, dimensions, range, dataStart, dataLength);
    }

    private static TensorEntry Check(
        string file, string name, TensorDType dtype, ImmutableArray<long> shape, ImmutableArray<long> range, long dataStart, long dataLength)
    {
        if (range[0] > range[1] || range[1] > dataLength)
        {
            throw Malformed(file, name, $"claims bytes {range[0]} to {range[1]} of {dataLength} bytes of data");
        }

        if (!SafetensorsLayout.TryCountBytes(dtype, shape, out var expected))
        {
            throw Malformed(file, name, $"has shape [{string.Join(", ", shape)}] of {dtype}, which is not a whole number of bytes below 2^63");
        }

        if (expected != range[1] - range[0])
        {
            throw Malformed(
                file, name, $"has shape [{string.Join(", ", shape)}] of {dtype}, {expected} bytes, but its data_offsets span {range[1] - range[0]}");
        }

        return new TensorEntry(name, dtype, shape, dataStart + range[0], expected);
    }

    private static TensorDType ReadDType(string file, string name, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw Malformed(file, name, "has a dtype that is not text");
        }

        var text = reader.GetString()!;
        return TensorDTypes.TryParse(text, out var dtype) ? dtype : throw Malformed(file, name, $"has the unknown dtype '{Excerpt.Of(text)}'");
    }

    private static ImmutableArray<long> ReadNumbers(string file, string name, string field, int limit, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Malformed(file, name, $"has a {field} that is not a list");
        }

        var numbers = ImmutableArray.CreateBuilder<long>(2);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
            {
                throw Malformed(file, name, $"has a {field} entry that is not a whole number from 0 to 2^63 - 1");
            }

            if (numbers.Count == limit)
            {
                throw Malformed(file, name, $"has more than {limit} numbers in {field}");
            }

            numbers.Add(number);
        }

        return numbers.ToImmutable();
    }

    private static void CheckCoverage(string file, List<TensorEntry> entries, long dataStart, long dataLength)
    {
        if (SafetensorsLayout.FindGap(entries, dataStart, out var end) is { } entry)
        {
            var fault = entry.Offset < end ? "overlaps the tensor before it" : "leaves a hole before it";
            throw Malformed(file, entry.Name, $"starts at byte {entry.Offset - dataStart} of the data and {fault}");
        }

        if (end != dataStart + dataLength)
        {
            throw new CheckpointException(
                file,
                $"{dataStart + dataLength - end} bytes follow the last tensor. The format allows none; the file is damaged or carries something else.");
        }
    }

    private static CheckpointException Malformed(string file, string name, string fault) =>
        new(file, $"tensor '{Excerpt.Of(name)}' {fault}. The file is damaged or not from a safetensors writer; fetch or convert it again.");
}
