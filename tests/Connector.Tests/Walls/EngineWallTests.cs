using System.Text.RegularExpressions;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests.Walls;

/// <summary>The connector knows the engine's root and no room of it.</summary>
public sealed partial class EngineWallTests
{
    [Fact]
    public void Connector_KnowsNoRoomOfTheEngine()
    {
        var folder = Path.Combine(RepositoryRoot.Path, "src", "Connector");
        var faults = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => Room().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(folder, file));
        Assert.Empty(faults);
    }

    [GeneratedRegex(@"Slerp\.Engine\.[A-Z]|global using|InternalsVisibleTo")]
    private static partial Regex Room();
}
