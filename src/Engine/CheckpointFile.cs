using Microsoft.Win32.SafeHandles;

namespace Slerp.Engine;

/// <summary>Opens and reads regular files, with typed errors.</summary>
internal static class CheckpointFile
{
    /// <summary>Opens a file for positioned reads.</summary>
    /// <param name="path">Where the file is.</param>
    /// <param name="name">How messages name it.</param>
    /// <exception cref="CheckpointException">The file is missing, empty, not a regular file, or may not be read.</exception>
    public static SafeFileHandle Open(string path, string name)
    {
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists)
            {
                throw new CheckpointException(name, "there is no such file.");
            }

            return LengthOf(info) > 0 ? File.OpenHandle(path) : throw new CheckpointException(name, "the file is empty; fetch it again.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unreadable(name, error);
        }
    }

    /// <summary>Fills the destination, or as much of it as the file has.</summary>
    /// <param name="handle">An open file.</param>
    /// <param name="name">How messages name it.</param>
    /// <param name="position">The first byte.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <returns>How many bytes were read; fewer than asked only at the file's end.</returns>
    /// <exception cref="CheckpointException">The system reports an error.</exception>
    public static int Read(SafeFileHandle handle, string name, long position, Span<byte> destination)
    {
        try
        {
            var filled = 0;
            while (filled < destination.Length && RandomAccess.Read(handle, destination[filled..], position + filled) is > 0 and var read)
            {
                filled += read;
            }

            return filled;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unreadable(name, error);
        }
    }

    /// <summary>Reads a small file whole; null where there is none. A pipe or device is never opened, and counts as empty.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The longest file accepted.</param>
    /// <exception cref="CheckpointException">It is longer, or may not be read.</exception>
    public static byte[]? ReadIfPresent(string path, long maxBytes)
    {
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists)
            {
                return null;
            }

            var length = LengthOf(info);
            return length > maxBytes ? throw new CheckpointException(path, $"it has {length:N0} bytes; at most {maxBytes:N0} are read.")
                : length == 0 ? []
                : File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, error);
        }
    }

    /// <summary>The failure of a file or folder that the system does not let us read.</summary>
    public static CheckpointException Unreadable(string name, Exception error) => new(name, $"it cannot be read: {error.Message}", error);

    // Pipes and devices have length 0: asking first keeps us from opening one, which could wait for ever or have no end.
    private static long LengthOf(FileInfo info) => (info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? info).Length;
}
