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
        SafeFileHandle? handle = null;
        try
        {
            // Pipes and devices have length 0: asking first keeps us from opening one, which could wait for ever.
            var info = new FileInfo(path);
            if (!info.Exists || TargetOf(info).Length < PrefixBytes)
            {
                throw new CheckpointException(name, info.Exists ? "the file is shorter than 8 bytes; fetch it again." : "there is no such file.");
            }

            handle = File.OpenHandle(path);
            var file = new SafetensorsFile(name, handle);
            handle = null;
            return file;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CheckpointException(name, $"the file cannot be opened: {error.Message}", error);
        }
        finally
        {
            handle?.Dispose();
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

    private static FileInfo TargetOf(FileInfo info) => info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? info;

    private IReadOnlyList<TensorEntry> ReadHeader()
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        ReadExactly(0, prefix);
        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerBytes > SafetensorsHeader.MaxBytes || headerBytes > (ulong)(length - PrefixBytes))
        {
            throw new CheckpointException(
                Name, $"the header claims {headerBytes} bytes; the file has {length} and the limit is {SafetensorsHeader.MaxBytes:N0}. Fetch the file again.");
        }

        var header = new byte[headerBytes];
        ReadExactly(PrefixBytes, header);
        var dataStart = PrefixBytes + (long)headerBytes;
        return SafetensorsHeader.Parse(Name, header, dataStart, length - dataStart);
    }

    private void ReadExactly(long position, Span<byte> destination)
    {
        try
        {
            for (var remaining = destination; remaining.Length > 0;)
            {
                var read = RandomAccess.Read(handle, remaining, position);
                if (read == 0)
                {
                    throw Changed();
                }

                position += read;
                remaining = remaining[read..];
            }

            if (RandomAccess.GetLength(handle) != length || File.GetLastWriteTimeUtc(handle) != writtenAt)
            {
                throw Changed();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(Name, $"the file cannot be read: {error.Message}", error);
        }
    }

    private CheckpointException Changed() =>
        new(Name, $"the file changed since it was opened ({length} bytes then). Load the model again from files that nobody writes to.");
}
