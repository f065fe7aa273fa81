namespace Slerp.Engine.Checkpoints;

/// <summary>Decides which files a checkpoint may name, and where they really are.</summary>
/// <remarks>
/// <para>Rule 1: a file is named by its plain name (ASCII letters, digits, '-', '_', '.', not starting with '.'), never by a path.</para>
/// <para>Rule 2: after all links are followed, the file lies in the checkpoint folder (its links followed too).</para>
/// <para>Rule 3, the one exception, is the layout of the Hugging Face cache: for a folder <c>models--name/snapshots/revision</c> the file may lie in
/// <c>models--name/blobs</c> of the same <c>models--name</c> folder.</para>
/// </remarks>
internal static class CheckpointPath
{
    private const int MaxLinks = 40;

    private const int MaxNameLength = 200;

    // What rooms below this one read by themselves.
    private static readonly string[] TextFiles =
    [
        "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "vocab.json", "merges.txt", "chat_template.jinja",
        Path.Combine("additional_chat_templates", "tool_use.jinja"),
    ];

    /// <summary>Whether a name obeys rule 1.</summary>
    public static bool IsPlainName(string name) =>
        name.Length is > 0 and <= MaxNameLength
        && name[0] != '.'
        && name[^1] != '.'
        && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        && !IsDeviceName(name);

    /// <summary>The real path of a file of the folder, or null where there is none.</summary>
    /// <exception cref="CheckpointException">The file lies outside the checkpoint, or its links do not end.</exception>
    public static string? Find(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            return null;
        }

        string realFolder;
        string realPath;
        try
        {
            realFolder = Resolve(folder);
            realPath = Resolve(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CheckpointFile.Unreadable(path, error);
        }

        var blobs = CacheRoot(realFolder) is { } root ? Path.Combine(root, "blobs") : realFolder;
        if (IsBelow(realPath, realFolder) || IsBelow(realPath, blobs))
        {
            return realPath;
        }

        throw new CheckpointException(
            path,
            $"the file is a link to '{realPath}', outside the checkpoint folder. Copy the file into the folder, or open the folder it points to.");
    }

    /// <summary>Holds the files of tokenizer and chat template to rule 2.</summary>
    /// <exception cref="CheckpointException">One of them lies outside the checkpoint, or its links do not end.</exception>
    public static void RequireOwnTextFiles(string folder)
    {
        foreach (var name in TextFiles)
        {
            _ = Find(folder, name);
        }
    }

    /// <summary>The <c>models--name</c> folder of a Hugging Face cache snapshot, or null for any other folder.</summary>
    public static string? CacheRoot(string realFolder)
    {
        var snapshots = Path.GetDirectoryName(realFolder);
        var root = Path.GetDirectoryName(snapshots);
        var isCache = Path.GetFileName(snapshots) == "snapshots" && Path.GetFileName(root)?.StartsWith("models--", StringComparison.Ordinal) == true;
        return isCache ? root : null;
    }

    /// <summary>What a folder is called: its name; of a folder of the Hugging Face cache, the model's ("owner/model").</summary>
    public static string NameOf(string folder) => CacheRoot(Resolve(folder)) is { } root
        ? Path.GetFileName(root)["models--".Length..].Replace("--", "/", StringComparison.Ordinal)
        : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    /// <summary>An absolute path with every link in it followed, ".." applied after the link before it, as the file system does.</summary>
    public static string Resolve(string path)
    {
        var absolute = Path.IsPathRooted(path) ? path : Path.Combine(Directory.GetCurrentDirectory(), path);
        var resolved = Path.GetPathRoot(absolute)!;
        var pending = new Stack<string>();
        Push(pending, absolute[resolved.Length..]);
        for (var links = 0; pending.TryPop(out var part);)
        {
            if (part == "..")
            {
                resolved = Path.GetDirectoryName(resolved) ?? resolved;
                continue;
            }

            var next = Path.Combine(resolved, part);
            var target = new FileInfo(next).LinkTarget;
            if (target is null)
            {
                resolved = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                throw new CheckpointException(path, $"more than {MaxLinks} links lead to the file; remove the circle.");
            }

            if (Path.IsPathRooted(target))
            {
                resolved = Path.GetPathRoot(target)!;
                target = target[resolved.Length..];
            }

            Push(pending, target);
        }

        return resolved;
    }

    private static void Push(Stack<string> pending, string path)
    {
        var parts = path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        foreach (var part in parts.Reverse())
        {
            if (part != ".")
            {
                pending.Push(part);
            }
        }
    }

    private static bool IsBelow(string path, string folder) =>
        path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>Names that Windows takes for a device, whatever their extension.</summary>
    private static bool IsDeviceName(string name)
    {
        var stem = name.Split('.')[0].ToUpperInvariant();
        return stem is "CON" or "PRN" or "AUX" or "NUL" || (stem.Length == 4 && stem[..3] is "COM" or "LPT" && char.IsAsciiDigit(stem[3]));
    }
}
