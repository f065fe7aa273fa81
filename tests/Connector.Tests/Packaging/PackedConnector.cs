using System.Diagnostics;
using System.IO.Compression;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests.Packaging;

/// <summary>The package of what was built, made once.</summary>
public sealed class PackedConnector : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private ZipArchive? _package;

    public ZipArchive Package => _package!;

    public async Task InitializeAsync()
    {
        var isDebug = new DirectoryInfo(AppContext.BaseDirectory).Name.StartsWith("debug", StringComparison.OrdinalIgnoreCase);
        var project = Path.Combine(RepositoryRoot.Path, "src", "Connector", "Connector.csproj");
        string[] arguments = ["pack", project, "-c", isDebug ? "Debug" : "Release", "--no-build", "--no-restore", "--nologo", "-v", "q", "-o", _folder.FullPath, "-nodeReuse:false"];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true };
        foreach (var name in new[] { "TMPDIR", "TMP", "TEMP" })
        {
            // The SDK leaves what it puts there.
            start.Environment[name] = _folder.FullPath;
        }

        using var pack = Process.Start(start)!;
        var said = await pack.StandardOutput.ReadToEndAsync();
        await pack.WaitForExitAsync();
        Assert.True(pack.ExitCode == 0, said);
        _package = await ZipFile.OpenReadAsync(Assert.Single(Directory.GetFiles(_folder.FullPath, "*.nupkg")));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _package?.Dispose();
        _folder.Dispose();
    }
}
