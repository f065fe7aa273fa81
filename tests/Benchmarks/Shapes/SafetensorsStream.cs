using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Slerp.Engine.Backends;

namespace Slerp.Benchmarks.Shapes;

/// <summary>Writes a safetensors file of any size, row by row.</summary>
internal static class SafetensorsStream
{
    private const int BufferBytes = 4 << 20;

    /// <summary>Writes the file; one of that name appears only when it is whole.</summary>
    public static void Write(string path, IReadOnlyList<PlannedTensor> tensors, Action<long>? written = null)
    {
        var unfinished = path + ".unfinished";
        using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes))
        {
            var header = Header(tensors);
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            file.Write(length);
            file.Write(header);
            foreach (var tensor in tensors)
            {
                WriteRows(file, tensor);
                written?.Invoke(tensor.Bytes);
            }
        }

        File.Move(unfinished, path, overwrite: true);
    }

    private static byte[] Header(IReadOnlyList<PlannedTensor> tensors)
    {
        var header = new JsonObject();
        var begin = 0L;
        foreach (var tensor in tensors)
        {
            header.Add(tensor.Name, new JsonObject
            {
                ["dtype"] = tensor.DType == WeightDType.F32 ? "F32" : "BF16",
                ["shape"] = new JsonArray([.. tensor.Shape.Select(static dimension => (JsonNode)dimension)]),
                ["data_offsets"] = new JsonArray(begin, begin + tensor.Bytes),
            });
            begin += tensor.Bytes;
        }

        var json = header.ToJsonString();
        return Encoding.UTF8.GetBytes(json.PadRight((json.Length + 7) / 8 * 8));
    }

    private static void WriteRows(FileStream file, PlannedTensor tensor)
    {
        var row = new byte[tensor.Columns * tensor.DType.ElementBytes()];
        for (var index = 0; index < tensor.Rows; index++)
        {
            tensor.Fill(index, row);
            file.Write(row);
        }
    }
}
