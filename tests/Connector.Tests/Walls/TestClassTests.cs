using System.Text.RegularExpressions;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests.Walls;

/// <summary>What the test runner would pass over in silence.</summary>
public sealed partial class TestClassTests
{
    [Fact]
    public void DisposedAsynchronously_IsNoTestClass()
    {
        var folder = Path.Combine(RepositoryRoot.Path, "tests");
        var faults = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(static file => AsynchronouslyDisposed().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(folder, file));
        Assert.True(!faults.Any(), $"xUnit 2 calls DisposeAsync of IAsyncLifetime only, so these leave models and folders behind; use IDisposable: {string.Join(", ", faults)}");
    }

    [GeneratedRegex(@"class \w+Tests\b[^{]*\bIAsyncDisposable\b")]
    private static partial Regex AsynchronouslyDisposed();
}
