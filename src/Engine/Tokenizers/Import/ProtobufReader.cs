using System.Buffers.Binary;

namespace Slerp.Engine.Tokenizers.Import;

/// <summary>Reads the fields of a protocol-buffers message, every length checked against the bytes that are there.</summary>
/// <remarks>Source: the Protocol Buffers encoding specification. Groups, long obsolete, are refused.</remarks>
internal ref struct ProtobufReader
{
    private const int LongestVarint = 10;

    private readonly ReadOnlySpan<byte> message;
    private readonly string fileName;
    private int position;

    /// <summary>A reader at the start of a message.</summary>
    public ProtobufReader(ReadOnlySpan<byte> message, string fileName)
    {
        this.message = message;
        this.fileName = fileName;
    }

    /// <summary>The number of the field read last.</summary>
    public int Field { get; private set; }

    /// <summary>How the value of that field is stored.</summary>
    public WireType Wire { get; private set; }

    /// <summary>Moves to the next field; false at the end.</summary>
    public bool MoveNext()
    {
        if (position == message.Length)
        {
            return false;
        }

        var tag = ReadRawVarint();
        Field = tag >> 3 is > 0 and <= 0x1FFFFFFF ? (int)(tag >> 3) : throw Broken($"field number {tag >> 3}");
        Wire = (WireType)(tag & 7);
        return Wire is WireType.Varint or WireType.Fixed64 or WireType.Bytes or WireType.Fixed32 ? true : throw Broken($"wire type {tag & 7}");
    }

    /// <summary>The value as a whole number.</summary>
    public long ReadInteger()
    {
        Expect(WireType.Varint);
        return unchecked((long)ReadRawVarint());
    }

    /// <summary>The value as yes or no.</summary>
    public bool ReadFlag() => ReadInteger() != 0;

    /// <summary>The value as a 32-bit float.</summary>
    public float ReadFloat()
    {
        Expect(WireType.Fixed32);
        return BinaryPrimitives.ReadSingleLittleEndian(Take(4));
    }

    /// <summary>The value as bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        Expect(WireType.Bytes);
        return TakeBytes();
    }

    /// <summary>The value as text.</summary>
    public string ReadText()
    {
        var bytes = ReadBytes();
        return System.Text.Unicode.Utf8.IsValid(bytes) ? System.Text.Encoding.UTF8.GetString(bytes) : throw Broken("text that is not UTF-8");
    }

    /// <summary>Passes over the value.</summary>
    public void Skip()
    {
        switch (Wire)
        {
            case WireType.Varint:
                ReadRawVarint();
                break;
            case WireType.Fixed64:
                Take(8);
                break;
            case WireType.Fixed32:
                Take(4);
                break;
            default:
                TakeBytes();
                break;
        }
    }

    private readonly void Expect(WireType expected)
    {
        if (Wire != expected)
        {
            throw Broken($"field {Field} stored as {Wire} instead of {expected}");
        }
    }

    private ReadOnlySpan<byte> TakeBytes()
    {
        var length = ReadRawVarint();
        return length <= (ulong)(message.Length - position) ? Take((int)length) : throw Broken($"a length of {length}");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > message.Length - position)
        {
            throw Broken("a value past the end");
        }

        position += length;
        return message.Slice(position - length, length);
    }

    private ulong ReadRawVarint()
    {
        ulong value = 0;
        for (var i = 0; i < LongestVarint; i++)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Broken("a number of more than ten bytes");
    }

    private readonly CheckpointException Broken(string what) => new(fileName, $"not a valid message: {what} before byte {position}.");
}
