using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Slerp.Engine.Backends;
using Slerp.Engine.Checkpoints;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Checkpoints;

public sealed class SafetensorsTensorTests
{
    [Theory]
    [InlineData("F32")]
    [InlineData("F16")]
    [InlineData("BF16")]
    public void ReadRows_AnyRange_EqualsTheSameRowsOfTheWhole(string dtype)
    {
        // Odd sizes, and more elements than one chunk holds.
        const int Rows = 37;
        const int Columns = 131;
        var values = Enumerable.Range(0, Rows * Columns).Select(static i => MathF.Sin(i) * 3).ToArray();
        using var folder = new TemporaryFolder();
        using var weights = SafetensorsWeights.OpenFile(new SafetensorsWriter().Add("before", [3], [1, 2, 3], dtype).Add("w", [Rows, Columns], values, dtype).Save(folder.Path("w.safetensors")));
        var tensor = weights.Get("w", Rows, Columns);
        var whole = new float[Rows * Columns];
        tensor.ReadRows(0, Rows, whole);

        for (var first = 0; first <= Rows; first++)
        {
            for (var count = 0; count <= Rows - first; count += 5)
            {
                var part = new float[count * Columns];
                var raw = new byte[count * Columns * tensor.DType.ElementBytes()];
                tensor.ReadRows(first, count, part);
                tensor.ReadRawRows(first, count, raw);

                Assert.Equal(whole.AsSpan(first * Columns, part.Length), part.AsSpan());
                Assert.Equal(part, Decode(raw, tensor.DType));
            }
        }

        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(values[i], whole[i], dtype == "F32" ? 0 : Math.Abs(values[i]) / 128);
        }
    }

    [Fact]
    public void ReadRows_EveryFinitePatternOfSixteenBits_IsWidenedExactly()
    {
        // An exponent of ones is an infinity or a NaN, which is refused: zero stands for it.
        var brain = Patterns(0x7f80);
        var half = Patterns(0x7c00);
        using var folder = new TemporaryFolder();
        using var weights = SafetensorsWeights.OpenFile(new SafetensorsWriter()
            .AddRaw("b", [256, 256], "BF16", MemoryMarshal.AsBytes<ushort>(brain)).AddRaw("h", [256, 256], "F16", MemoryMarshal.AsBytes<ushort>(half)).Save(folder.Path("all.safetensors")));
        var (b, h) = (new float[65536], new float[65536]);
        weights.Get("b", 256, 256).ReadRows(0, 256, b);
        weights.Get("h", 256, 256).ReadRows(0, 256, h);

        for (var i = 0; i < 65536; i++)
        {
            Assert.Equal(brain[i] << 16, BitConverter.SingleToInt32Bits(b[i]));
            var widened = (float)BitConverter.UInt16BitsToHalf(half[i]);
            Assert.True(widened.Equals(h[i]), $"F16 {i:x4} became {h[i]}, not {widened}.");
        }

        static ushort[] Patterns(int exponent) => [.. Enumerable.Range(0, 65536).Select(i => (i & exponent) == exponent ? (ushort)0 : (ushort)i)];
    }

    [Theory]
    [InlineData("F32")]
    [InlineData("F16")]
    [InlineData("BF16")]
    public void NotFiniteWeights_AreRefusedWithTensorAndPlace_ReadWidenedOrRaw(string dtype)
    {
        const int Rows = 5;
        const int Columns = 67;
        foreach (var (fault, row, column) in new[] { (float.NaN, 0, 0), (float.PositiveInfinity, 2, 66), (float.NegativeInfinity, 4, 31) })
        {
            var values = Enumerable.Range(0, Rows * Columns).Select(static i => MathF.Sin(i) * 3).ToArray();
            values[(row * Columns) + column] = fault;
            using var folder = new TemporaryFolder();
            using var weights = SafetensorsWeights.OpenFile(new SafetensorsWriter().Add("w", [Rows, Columns], values, dtype).Save(folder.Path("w.safetensors")));
            var tensor = weights.Get("w", Rows, Columns);
            var first = Math.Max(0, row - 1);
            var rows = Rows - first;
            var widened = Assert.Throws<CheckpointException>(() => tensor.ReadRows(first, rows, new float[rows * Columns]));
            var raw = Assert.Throws<CheckpointException>(() => tensor.ReadRawRows(first, rows, new byte[rows * Columns * tensor.DType.ElementBytes()]));
            Assert.Contains($"'w' holds {fault} in row {row}, column {column}.", raw.Message, StringComparison.Ordinal);
            Assert.Equal(widened.Message, raw.Message);
        }
    }

    [Fact]
    public void ReadRawRows_EveryPatternOfSixteenBits_IsRefusedWhereItIsNotFinite()
    {
        foreach (var (dtype, exponent) in new[] { ("BF16", 0x7f80), ("F16", 0x7c00) })
        {
            var patterns = Enumerable.Range(0, 65536).Select(static i => (ushort)i).ToArray();
            using var folder = new TemporaryFolder();
            using var weights = SafetensorsWeights.OpenFile(
                new SafetensorsWriter().AddRaw("w", [65536, 1], dtype, MemoryMarshal.AsBytes<ushort>(patterns)).Save(folder.Path("all.safetensors")));
            var tensor = weights.Get("w", 65536, 1);
            var one = new byte[2];
            for (var i = 0; i < 65536; i += 7)
            {
                var refused = Record.Exception(() => tensor.ReadRawRows(i, 1, one)) is CheckpointException;
                Assert.Equal((i & exponent) == exponent, refused);
            }
        }
    }

    [Fact]
    public void Get_TensorsOfEveryRank_AreRowsOfTheLastDimension()
    {
        using var folder = new TemporaryFolder();
        using var weights = SafetensorsWeights.OpenFile(new SafetensorsWriter()
            .Add("vector", [3], [1, 2, 3]).Add("cube", [2, 3, 4], [.. Enumerable.Range(0, 24).Select(static i => (float)i)]).Save(folder.Path("ranks.safetensors")));
        var vector = weights.Get("vector", 3);
        var cube = weights.Get("cube", 2, 3, 4);
        var row = new float[4];
        cube.ReadRows(5, 1, row);

        Assert.Equal((1, 3), (vector.Rows, vector.Columns));
        Assert.Equal((6, 4), (cube.Rows, cube.Columns));
        Assert.Equal([20, 21, 22, 23], row);
    }

    [Fact]
    public void ReadRows_ConcurrentCallers_SeeTheSameValues()
    {
        var values = Enumerable.Range(0, 64 * 1024).Select(static i => (float)(i % 251)).ToArray();
        using var folder = new TemporaryFolder();
        using var weights = SafetensorsWeights.OpenFile(new SafetensorsWriter().Add("w", [64, 1024], values, "BF16").Save(folder.Path("w.safetensors")));
        var tensor = weights.Get("w", 64, 1024);

        Parallel.For(0, 512, i =>
        {
            var row = new float[1024];
            tensor.ReadRows(i % 64, 1, row);
            Assert.Equal(values.AsSpan(i % 64 * 1024, 1024), row.AsSpan());
        });
    }

    [Fact]
    public void ReadRows_WrongRangeOrDestination_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using var weights = SafetensorsWeights.OpenFile(new SafetensorsWriter().Add("w", [2, 2], [1, 2, 3, 4]).Save(folder.Path("w.safetensors")));
        var tensor = weights.Get("w", 2, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.ReadRows(1, 2, new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.ReadRows(-1, 1, new float[2]));
        Assert.Throws<ArgumentException>(() => tensor.ReadRows(0, 2, new float[5]));
        Assert.Throws<ArgumentException>(() => tensor.ReadRawRows(0, 2, new byte[15]));
    }

    private static float[] Decode(byte[] raw, WeightDType dtype) => dtype switch
    {
        WeightDType.F32 => MemoryMarshal.Cast<byte, float>(raw).ToArray(),
        WeightDType.F16 => [.. raw.Chunk(2).Select(static pair => (float)BinaryPrimitives.ReadHalfLittleEndian(pair))],
        _ => [.. raw.Chunk(2).Select(static pair => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(pair) << 16))],
    };
}
