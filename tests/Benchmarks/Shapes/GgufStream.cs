using System.Buffers.Binary;
using System.Text;

namespace Slerp.Benchmarks.Shapes;

/// <summary>Writes a GGUF file (version 3) of any size, row by row. Source: the format's published specification (ggml, docs/gguf.md).</summary>
internal sealed class GgufStream : IDisposable
{
    /// <summary>Tensors begin at multiples of this.</summary>
    public const int Alignment = 32;

    private const uint Version = 3;
    private const uint TypeUInt32 = 4;
    private const uint TypeInt32 = 5;
    private const uint TypeFloat32 = 6;
    private const uint TypeString = 8;
    private const uint TypeArray = 9;

    private readonly FileStream _file;

    /// <summary>Begins a file.</summary>
    public GgufStream(string path, int tensors, int fields)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 4 << 20);
        _file.Write("GGUF"u8);
        Write(Version);
        Write((ulong)tensors);
        Write((ulong)fields);
    }

    /// <summary>A whole number.</summary>
    public void Field(string key, uint value)
    {
        Key(key, TypeUInt32);
        Write(value);
    }

    /// <summary>A number.</summary>
    public void Field(string key, float value)
    {
        Key(key, TypeFloat32);
        Write(value);
    }

    /// <summary>A text.</summary>
    public void Field(string key, string value)
    {
        Key(key, TypeString);
        Write(value);
    }

    /// <summary>Texts.</summary>
    public void Field(string key, IReadOnlyList<string> values)
    {
        ArrayOf(key, TypeString, values.Count);
        foreach (var value in values)
        {
            Write(value);
        }
    }

    /// <summary>Numbers.</summary>
    public void Field(string key, IReadOnlyList<float> values)
    {
        ArrayOf(key, TypeFloat32, values.Count);
        foreach (var value in values)
        {
            Write(value);
        }
    }

    /// <summary>Whole numbers.</summary>
    public void Field(string key, IReadOnlyList<int> values)
    {
        ArrayOf(key, TypeInt32, values.Count);
        foreach (var value in values)
        {
            Write((uint)value);
        }
    }

    /// <summary>Announces a tensor; dimensions innermost first.</summary>
    public void Tensor(string name, IReadOnlyList<int> dimensions, uint type, long offset)
    {
        Write(name);
        Write((uint)dimensions.Count);
        foreach (var dimension in dimensions)
        {
            Write((ulong)dimension);
        }

        Write(type);
        Write((ulong)offset);
    }

    /// <summary>Bytes of a tensor.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes) => _file.Write(bytes);

    /// <summary>Goes on to the next multiple of <see cref="Alignment"/>.</summary>
    public void Align()
    {
        Span<byte> zeros = stackalloc byte[Alignment];
        zeros.Clear();
        _file.Write(zeros[..(int)((Alignment - (_file.Position % Alignment)) % Alignment)]);
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    private void Key(string key, uint type)
    {
        Write(key);
        Write(type);
    }

    private void ArrayOf(string key, uint type, int count)
    {
        Key(key, TypeArray);
        Write(type);
        Write((ulong)count);
    }

    private void Write(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Write((ulong)bytes.Length);
        _file.Write(bytes);
    }

    private void Write(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _file.Write(bytes);
    }

    private void Write(float value) => Write(BitConverter.SingleToUInt32Bits(value));

    private void Write(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        _file.Write(bytes);
    }
}
