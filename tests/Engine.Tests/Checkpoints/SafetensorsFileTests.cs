using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FsCheck.Fluent;
using Slerp.Engine.Checkpoints;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Checkpoints;

public sealed class SafetensorsFileTests
{
    private const long MaxAllocatedBytes = 64_000_000;

    private static readonly byte[] Small = new SafetensorsWriter().Add("w", [2, 3], [1, 2, 3, 4, 5, 6]).ToBytes();

    [Fact]
    public void Open_RandomTensors_GivesBackNamesShapesAndBytes() => Prop.ForAll<int, int, byte>((seed, count, shift) =>
    {
        using var folder = new TemporaryFolder();
        var random = new Random(seed);
        var writer = new SafetensorsWriter();
        var expected = new Dictionary<string, (int[] Shape, byte[] Bytes)>();
        for (var i = 0; i < Math.Abs(count % 8); i++)
        {
            int[] shape = [.. Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(4))];
            var bytes = new byte[shape.Aggregate(1, static (product, dimension) => product * dimension)];
            random.NextBytes(bytes);
            var name = $"{(char)('a' + shift % 26)}.{i}.\u00e9\u4e16";
            writer.AddRaw(name, shape, "U8", bytes);
            expected.Add(name, (shape, bytes));
        }

        using var file = SafetensorsFile.Open(writer.Save(folder.Path("random.safetensors")));
        foreach (var entry in file.Tensors)
        {
            var bytes = new byte[entry.ByteLength];
            file.ReadBytes(entry, 0, bytes);
            Assert.Equal(expected[entry.Name].Bytes, bytes);
            Assert.Equal(expected[entry.Name].Shape, entry.Shape.Select(static dimension => (int)dimension));
        }

        Assert.Equal(expected.Count, file.Tensors.Count);
    }).Holds();

    [Fact]
    public void Open_TruncatedAtEveryByte_IsRefused()
    {
        using var folder = new TemporaryFolder();
        for (var length = 0; length < Small.Length; length++)
        {
            var path = folder.Write("cut.safetensors", Small[..length]);
            Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path).Dispose());
        }
    }

    [Fact]
    public void Open_EveryBitFlipped_SucceedsOrIsRefused()
    {
        using var folder = new TemporaryFolder();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var bit = 0; bit < Small.Length * 8; bit++)
        {
            var bytes = (byte[])Small.Clone();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertTyped(folder.Write("flipped.safetensors", bytes));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
    }

    [Fact]
    public void Open_RandomEdits_SucceedsOrIsRefused() => Prop.ForAll<int, byte[]>((position, noise) =>
    {
        using var folder = new TemporaryFolder();
        var at = (int)((uint)position % Small.Length);
        byte[] bytes = [.. Small[..at], .. noise, .. Small[Math.Min(at + (noise.Length / 2), Small.Length)..]];
        AssertTyped(folder.Write("edited.safetensors", bytes));
    }).Holds();

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(ulong.MaxValue - 7)]
    [InlineData(1UL << 63)]
    [InlineData(1UL << 32)]
    [InlineData(int.MaxValue)]
    [InlineData(99_999_999)]
    public void Open_HeaderLengthBeyondTheFile_IsRefusedBeforeAllocating(ulong claimed)
    {
        using var folder = new TemporaryFolder();
        var bytes = (byte[])Small.Clone();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, claimed);
        var path = folder.Write("lie.safetensors", bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path).Dispose());

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Open_LfsPointer_SaysHowToFetchTheWeights()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"u8.ToArray());
        Assert.Contains("git lfs pull", Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path).Dispose()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MissingFileOrFolder_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(folder.Path("none.safetensors")).Dispose());
        Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(folder.FullPath).Dispose());
    }

    [UnixFact]
    public void Open_PipeOrDevice_IsRefusedWithoutWaiting()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, MakePipe(folder.Path("pipe.safetensors"), 0x180));
        File.CreateSymbolicLink(folder.Path("link.safetensors"), folder.Path("pipe.safetensors"));
        foreach (var path in (string[])[folder.Path("pipe.safetensors"), folder.Path("link.safetensors"), "/dev/zero"])
        {
            Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path).Dispose());
            Assert.Throws<CheckpointException>(() => CheckpointJson.ReadObject(path, 1000));
        }
    }

    [Fact]
    public void ReadBytes_FileTruncatedUnderUs_IsATypedErrorAndTheProcessLives()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("shrinking.safetensors", Small);
        using var file = SafetensorsFile.Open(path);
        using (var writer = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            writer.SetLength(Small.Length - 8);
        }

        var refusal = Assert.Throws<CheckpointException>(() => file.ReadBytes(file.Tensors[0], 0, new byte[24]));
        Assert.Contains("changed", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadBytes_FileRewrittenUnderUs_IsATypedError()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("changing.safetensors", Small);
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddYears(40));
        using var file = SafetensorsFile.Open(path);
        using (var writer = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            writer.Seek(-4, SeekOrigin.End);
            writer.Write([1, 2, 3, 4]);
        }

        Assert.Throws<CheckpointException>(() => file.ReadBytes(file.Tensors[0], 0, new byte[24]));
    }

    [Fact]
    public void ReadBytes_OutsideTheTensor_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using var file = SafetensorsFile.Open(folder.Write("small.safetensors", Small));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadBytes(file.Tensors[0], 1, new byte[24]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadBytes(file.Tensors[0], -1, new byte[1]));
    }

    [DllImport("libc", EntryPoint = "mkfifo")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MakePipe([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int mode);

    private static void AssertTyped(string path)
    {
        try
        {
            using var file = SafetensorsFile.Open(path);
            foreach (var entry in file.Tensors)
            {
                file.ReadBytes(entry, 0, new byte[entry.ByteLength]);
            }
        }
        catch (CheckpointException refusal)
        {
            Assert.Equal(path, refusal.File);
        }
    }

    /// <summary>A fact about named pipes, which Windows does not keep in folders.</summary>
    private sealed class UnixFactAttribute : FactAttribute
    {
        public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "Windows has no named pipes in the file system." : null;
    }
}
