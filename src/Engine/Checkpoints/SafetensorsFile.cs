using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Slerp.Engine.Checkpoints;

/// <summary>An open safetensors file: its checked header, and positioned reads of its data.</summary>
/// <remarks>
/// <para>Reads with system calls and never maps the file: a mapped file that is truncated by another process ends this process with a signal that
/// .NET cannot catch; a read only comes back short, which is reported as a <see cref="CheckpointException"/>.</para>
/// <para>Values are not interpreted. Thread-safety: reads may run concurrently; the owner disposes after the last one.</para>
/// </remarks>
internal sealed class SafetensorsFile : IDisposable
{
    private const int PrefixBytes = 8;

    private readonly SafeFileHandle handle;
    private readonly long length;
    private readonly DateTime writtenAt;

    private SafetensorsFile(string name, SafeFileHandle handle)
    {
        Name = name;
        this.handle = handle;
        length = RandomAccess.GetLength(handle);
        writtenAt = File.GetLastWriteTimeUtc(handle);
        Tensors = ReadHeader();
    }

    /// <summary>The file, as messages name it.</summary>
    public string Name { get; }

    /// <summary>The tensors, in the order of their data.</summary>
    public IReadOnlyList<TensorEntry> Tensors { get; }

    /// <summary>Opens a file and checks its header against its length.</summary>
    /// <param name="path">Where the file is.</param>
    /// <param name="name">How messages name it (a cache stores files under their hash); the path by default.</param>
    /// <exception cref="CheckpointException">The file cannot be opened or is malformed.</exception>
    public static SafetensorsFile Open(string path, string? name = null)
    {
        name ??= path;
        var handle = CheckpointFile.Open(path, name);
        try
        {
            return new SafetensorsFile(name, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Fills the destination with bytes of a tensor.</summary>
    /// <param name="entry">A tensor of this file.</param>
    /// <param name="byteOffset">The first byte, counted from the tensor's start.</param>
    /// <param name="destination">Receives the bytes; must not reach past the tensor.</param>
    /// <exception cref="CheckpointException">The file changed since it was opened, or cannot be read.</exception>
    public void ReadBytes(TensorEntry entry, long byteOffset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteOffset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(byteOffset, entry.ByteLength - destination.Length);
        ReadExactly(entry.Offset + byteOffset, destination);
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    private IReadOnlyList<TensorEntry> ReadHeader()
    {
        if (length < PrefixBytes)
        {
            throw new CheckpointException(Name, $"the file has {length} bytes; a safetensors file has at least {PrefixBytes}. Fetch it again.");
        }

        Span<byte> prefix = stackalloc byte[PrefixBytes];
        ReadExactly(0, prefix);
        if (prefix.SequenceEqual("version "u8))
        {
            throw new CheckpointException(Name, $"the file is a Git LFS pointer of {length} bytes, not the weights. Run 'git lfs pull' in the folder.");
        }

        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerBytes > SafetensorsHeader.MaxBytes || headerBytes > (ulong)(length - PrefixBytes))
        {
            throw new CheckpointException(
                Name,
                $"the header claims {headerBytes} bytes; the file has {length} and the limit is {SafetensorsHeader.MaxBytes:N0}. Fetch the file again.");
        }

        var header = new byte[headerBytes];
        ReadExactly(PrefixBytes, header);
        var dataStart = PrefixBytes + (long)headerBytes;
        return SafetensorsHeader.Parse(Name, header, dataStart, length - dataStart);
    }

    private void ReadExactly(long position, Span<byte> destination)
    {
        var read = CheckpointFile.Read(handle, Name, position, destination);
        if (read != destination.Length || RandomAccess.GetLength(handle) != length || File.GetLastWriteTimeUtc(handle) != writtenAt)
        {
            throw Changed();
        }
    }

    private CheckpointException Changed() =>
        new(Name, $"the file changed since it was opened ({length} bytes then). Load the model again from files that nobody writes to.");
}
