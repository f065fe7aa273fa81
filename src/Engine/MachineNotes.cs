using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slerp.Engine.Checkpoints;

namespace Slerp.Engine;

/// <summary>What this machine has found out about a checkpoint, as small files in a folder of the user's: found out once, read at the next load.</summary>
/// <remarks>
/// Everything in it can be found out again, so that a folder that cannot be read or written is as good as none. A file is replaced whole. A checkpoint is
/// told from others by its configuration and its weights' names, sizes and times, not by its path; with an adapter it is another one. Thread-safe.
/// </remarks>
internal sealed class MachineNotes
{
    private readonly string? _folder;

    private MachineNotes(string? folder) => _folder = folder;

    /// <summary>The notes on a checkpoint.</summary>
    /// <param name="options">Where notes are kept, and how the model is.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    public static MachineNotes On(EngineOptions options, CheckpointDirectory checkpoint)
    {
        var root = options.NotesFolder ?? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return new MachineNotes(root.Length == 0 ? null : Path.Combine(root, "slerp", Identity(options, checkpoint.Path)));
    }

    /// <summary>A note's bytes; null where there is none, or it is larger than it may be.</summary>
    public byte[]? Read(string name, long mostBytes)
    {
        try
        {
            var file = _folder is null ? null : new FileInfo(Path.Combine(_folder, name));
            return file is { Exists: true } && file.Length <= mostBytes ? File.ReadAllBytes(file.FullName) : null;
        }
        catch (Exception error) when (IsOfTheFolder(error))
        {
            return null;
        }
    }

    /// <summary>Writes a note, or leaves things as they are.</summary>
    /// <returns>Whether it was written.</returns>
    public bool Write(string name, ReadOnlySpan<byte> bytes)
    {
        if (_folder is null)
        {
            return false;
        }

        try
        {
            Directory.CreateDirectory(_folder);
            var unfinished = Path.Combine(_folder, $"{name}.{Guid.NewGuid():N}");
            try
            {
                File.WriteAllBytes(unfinished, bytes);
                File.Move(unfinished, Path.Combine(_folder, name), overwrite: true);
                return true;
            }
            finally
            {
                // Gone where the move succeeded; deleting what is not there is no error.
                File.Delete(unfinished);
            }
        }
        catch (Exception error) when (IsOfTheFolder(error))
        {
            return false;
        }
    }

    private static bool IsOfTheFolder(Exception error) =>
        error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException or System.Security.SecurityException;

    // The weight format changes what a model says now and then, and what its rows cost.
    private static string Identity(EngineOptions options, string path)
    {
        var text = new StringBuilder(options.WeightFormat.ToString());
        foreach (var file in new DirectoryInfo(path).EnumerateFiles().OrderBy(static file => file.Name, StringComparer.Ordinal))
        {
            if (file.Name == "config.json" || file.Extension == ".safetensors")
            {
                Append(file.Name, file);
            }
        }

        foreach (var name in options.AdapterPath is null ? [] : new[] { LoraConfig.FileName, LoraWeights.WeightsFileName })
        {
            if (CheckpointPath.Find(options.AdapterPath!, name) is { } adapter)
            {
                Append($"adapter {name}", new FileInfo(adapter));
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));

        void Append(string name, FileInfo file) =>
            text.Append(CultureInfo.InvariantCulture, $"|{name} {file.Length} {file.LastWriteTimeUtc.Ticks}");
    }
}
