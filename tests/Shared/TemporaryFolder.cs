namespace Slerp.Tests.Shared;

/// <summary>A folder of its own for one test, deleted at its end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => FullPath = Directory.CreateTempSubdirectory("slerp-test-").FullName;

    /// <summary>The folder's absolute path.</summary>
    public string FullPath { get; }

    /// <summary>A path below the folder; parents are created.</summary>
    public string Path(params string[] parts)
    {
        var path = System.IO.Path.Combine([FullPath, .. parts]);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        return path;
    }

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(Path(name), content);
        return Path(name);
    }

    /// <summary>Writes a text file (UTF-8 without a byte order mark) and returns its path.</summary>
    public string Write(string name, string content)
    {
        File.WriteAllText(Path(name), content);
        return Path(name);
    }

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
