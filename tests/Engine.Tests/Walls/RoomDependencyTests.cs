using System.Text.RegularExpressions;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Walls;

/// <summary>A room uses only lower floors; rooms on one floor do not know each other. docs/architecture.md has the table with its reasons.</summary>
public sealed partial class RoomDependencyTests
{
    private static readonly Dictionary<string, int> Floors = new(StringComparer.Ordinal)
    {
        ["Steps"] = 0,
        ["Backends"] = 1,
        ["Tokenizers"] = 1,
        ["Templates"] = 1,
        ["Checkpoints"] = 2,
        ["Cache"] = 2,
        ["Merging"] = 2,
        ["Layers"] = 3,
        ["Models"] = 4,
        ["Sampling"] = 5,
        ["Constraints"] = 5,
        ["Drafting"] = 5,
        ["Decoding"] = 6,
        ["Scheduling"] = 7,
        ["Quality"] = 7,
    };

    // Beyond the floors: walls inside the house.
    private static readonly (string Room, string Forbidden)[] Forbidden =
    [
        ("Models", "Backends.Cpu"), ("Layers", "Backends.Cpu"), ("Drafting", "Backends.Cpu"), ("Decoding", "Backends.Cpu"),
        ("Scheduling", "Backends"), ("Scheduling", "Layers"), ("Scheduling", "Models"),
        ("Quality", "Steps"), ("Quality", "Backends"), ("Quality", "Cache"), ("Quality", "Models"), ("Quality", "Decoding"),
    ];

    public static TheoryData<string> Rooms()
    {
        var data = new TheoryData<string>();
        foreach (var folder in Directory.GetDirectories(EngineFolder))
        {
            if (Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Any())
            {
                data.Add(Path.GetFileName(folder));
            }
        }

        return data;
    }

    private static string EngineFolder => Path.Combine(RepositoryRoot.Path, "src", "Engine");

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Room_UsesOnlyLowerFloors(string room)
    {
        Assert.True(Floors.ContainsKey(room), $"Room '{room}' has no floor: add it to the table here and in docs/architecture.md.");
        var faults = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(EngineFolder, room), "*.cs", SearchOption.AllDirectories))
        {
            var source = File.ReadAllText(file);
            var name = Path.GetRelativePath(EngineFolder, file);
            faults.AddRange(UsingOfRoom().Matches(source)
                .Select(match => match.Groups["room"].Value)
                .Where(used => !IsAllowed(room, used))
                .Select(used => $"{name} uses {used}"));
            if (WithoutComments(source) is var code && (code.Contains("SlerpEngine", StringComparison.Ordinal) || QualifiedName().IsMatch(code)))
            {
                faults.Add($"{name} names the façade or a fully qualified room");
            }

            if (source.Contains("global using", StringComparison.Ordinal))
            {
                faults.Add($"{name} has a global using");
            }
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
    }

    [Fact]
    public void Connector_UsesOnlyTheEnginesRoot()
    {
        var folder = Path.Combine(RepositoryRoot.Path, "src", "Connector");
        var faults = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(static file => UsingOfRoom().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(folder, file))
            .ToList();
        Assert.True(faults.Count == 0, "These files of the Connector use a room of the Engine: " + string.Join(", ", faults));
    }

    private static bool IsAllowed(string room, string used)
    {
        var usedRoom = used.Split('.')[0];
        if (Forbidden.Any(wall => wall.Room == room && (used == wall.Forbidden || used.StartsWith(wall.Forbidden + ".", StringComparison.Ordinal))))
        {
            return false;
        }

        return usedRoom == room || (Floors.TryGetValue(usedRoom, out var floor) && floor < Floors[room]);
    }

    private static string WithoutComments(string source) => Comment().Replace(source, "");

    [GeneratedRegex(@"^using Slerp\.Engine\.(?<room>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingOfRoom();

    [GeneratedRegex(@"(?<!using |namespace )\bSlerp\.Engine\.\w+")]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
