using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace Slerp.Tests.Shared;

/// <summary>Writes small safetensors files for tests: F32, F16 and BF16 (rounded to nearest even).</summary>
internal sealed class SafetensorsWriter
{
    private readonly JsonObject header = [];
    private readonly List<byte> data = [];

    /// <summary>Adds a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its dimensions, outermost first.</param>
    /// <param name="values">Its values, row-major.</param>
    /// <param name="dtype">"F32", "F16" or "BF16".</param>
    public SafetensorsWriter Add(string name, int[] shape, ReadOnlySpan<float> values, string dtype = "F32")
    {
        if (shape.Aggregate(1, static (product, dimension) => product * dimension) != values.Length)
        {
            throw new ArgumentException($"{values.Length} values do not fill [{string.Join(", ", shape)}].", nameof(values));
        }

        var bytes = new byte[dtype == "F32" ? 4 : 2];
        var begin = data.Count;
        foreach (var value in values)
        {
            switch (dtype)
            {
                case "F32":
                    BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
                    break;
                case "F16":
                    BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value);
                    break;
                case "BF16":
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes, ToBFloat16(value));
                    break;
                default:
                    throw new ArgumentException($"Unknown dtype '{dtype}'.", nameof(dtype));
            }

            data.AddRange(bytes);
        }

        return AddHeader(name, dtype, shape, begin);
    }

    /// <summary>Adds a tensor of any dtype by its bytes.</summary>
    public SafetensorsWriter AddRaw(string name, int[] shape, string dtype, ReadOnlySpan<byte> bytes)
    {
        var begin = data.Count;
        data.AddRange(bytes);
        return AddHeader(name, dtype, shape, begin);
    }

    /// <summary>The file's bytes; the header is padded with spaces to a multiple of 8.</summary>
    public byte[] ToBytes()
    {
        var json = header.ToJsonString();
        return Assemble(json.PadRight((Encoding.UTF8.GetByteCount(json) + 7) / 8 * 8), data.ToArray());
    }

    /// <summary>Writes the file and returns its path.</summary>
    public string Save(string path)
    {
        File.WriteAllBytes(path, ToBytes());
        return path;
    }

    /// <summary>A file of any header, right or wrong.</summary>
    public static byte[] Assemble(string headerJson, ReadOnlySpan<byte> content)
    {
        var json = Encoding.UTF8.GetBytes(headerJson);
        var file = new byte[8 + json.Length + content.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)json.Length);
        json.CopyTo(file, 8);
        content.CopyTo(file.AsSpan(8 + json.Length));
        return file;
    }

    /// <summary>Rounds to the nearest BF16, ties to even; NaN stays NaN.</summary>
    public static ushort ToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private SafetensorsWriter AddHeader(string name, string dtype, int[] shape, int begin)
    {
        header.Add(name, new JsonObject
        {
            ["dtype"] = dtype,
            ["shape"] = new JsonArray([.. shape.Select(static dimension => (JsonNode)dimension)]),
            ["data_offsets"] = new JsonArray(begin, data.Count),
        });
        return this;
    }
}
