using System.Buffers.Binary;
using System.Numerics.Tensors;
using Slerp.Engine;
using Slerp.Engine.Backends.Cpu.Kernels;

namespace Slerp.Benchmarks.Shapes;

/// <summary>How a GGUF file holds the rows of a matrix.</summary>
/// <param name="Name">The format's name there.</param>
/// <param name="Type">Its number in a tensor's description.</param>
/// <param name="FileType">Its number in the file's description.</param>
/// <param name="BlockValues">Values of a block.</param>
/// <param name="BlockBytes">Bytes of a block.</param>
/// <param name="WriteBlock">Writes the values of one block.</param>
internal sealed record GgufFormat(string Name, uint Type, uint FileType, int BlockValues, int BlockBytes, Action<ReadOnlySpan<float>, Span<byte>> WriteBlock)
{
    /// <summary>32-bit floats: what norms are.</summary>
    public static GgufFormat F32 { get; } = new("F32", 0, 0, 1, 4, static (values, block) => BinaryPrimitives.WriteSingleLittleEndian(block, values[0]));

    private static readonly GgufFormat BF16 = new("BF16", 30, 32, 1, 2, static (values, block) => BinaryPrimitives.WriteUInt16LittleEndian(block, BFloat16.FromSingle(values[0])));

    private static readonly GgufFormat Q8 = new("Q8_0", 8, 7, 32, 34, WriteQ8);

    private static readonly GgufFormat Q4 = new("Q4_0", 2, 2, 32, 18, WriteQ4);

    /// <summary>What stands beside one of this engine's formats: as many bits a weight, in blocks as long.</summary>
    /// <exception cref="ArgumentException">Nothing there is like it.</exception>
    public static GgufFormat Beside(WeightFormat format) => format switch
    {
        WeightFormat.BFloat16 => BF16,
        WeightFormat.Int8Block32 => Q8,
        WeightFormat.Int4Block32 => Q4,
        _ => throw new ArgumentException($"GGUF is written beside BFloat16, Int8Block32 and Int4Block32; the format is {format}."),
    };

    /// <summary>Bytes of a row.</summary>
    public long RowBytes(int columns) => columns / BlockValues * (long)BlockBytes;

    /// <summary>Writes a row.</summary>
    public void Write(ReadOnlySpan<float> values, Span<byte> row)
    {
        for (var block = 0; block < values.Length / BlockValues; block++)
        {
            WriteBlock(values.Slice(block * BlockValues, BlockValues), row.Slice(block * BlockBytes, BlockBytes));
        }
    }

    // A scale, and the values in steps of it.
    private static void WriteQ8(ReadOnlySpan<float> values, Span<byte> block)
    {
        var scale = Math.Abs(TensorPrimitives.MaxMagnitude(values)) / 127;
        BinaryPrimitives.WriteHalfLittleEndian(block, (Half)scale);
        for (var index = 0; index < values.Length; index++)
        {
            block[2 + index] = (byte)(sbyte)Steps(values[index], scale);
        }
    }

    // Steps of -8 to 7, kept from 0: the value farthest from zero becomes -8. A byte holds one of the block's first half and, above it, one of its second.
    private static void WriteQ4(ReadOnlySpan<float> values, Span<byte> block)
    {
        var scale = TensorPrimitives.MaxMagnitude(values) / -8;
        BinaryPrimitives.WriteHalfLittleEndian(block, (Half)scale);
        var half = values.Length / 2;
        for (var index = 0; index < half; index++)
        {
            block[2 + index] = (byte)(Nibble(values[index], scale) | (Nibble(values[half + index], scale) << 4));
        }
    }

    private static int Nibble(float value, float scale) => Math.Clamp((int)Steps(value, scale) + 8, 0, 15);

    private static float Steps(float value, float scale) => scale == 0 ? 0 : MathF.Round(value / scale);
}
