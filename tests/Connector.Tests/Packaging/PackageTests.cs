using System.Xml.Linq;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests.Packaging;

/// <summary>What lies in the package: an application that takes it from a feed has no repository to find the embedded model in.</summary>
[Trait("Speed", "slow")]
public sealed class PackageTests(PackedConnector packed) : IClassFixture<PackedConnector>
{
    [Fact]
    public async Task EmbeddedModel_LiesWhereTheTargetsTakeItFrom()
    {
        var targets = XDocument.Parse(await TextAsync("buildTransitive/Slerp.Connector.targets"));
        var item = Assert.Single(targets.Descendants("None"));
        Assert.Equal("$(MSBuildThisFileDirectory)../models/**/*", (string?)item.Attribute("Include"));
        Assert.Equal("models/%(RecursiveDir)%(Filename)%(Extension)", (string?)item.Attribute("Link"));
        Assert.Equal(("PreserveNewest", "PreserveNewest"), ((string?)item.Attribute("CopyToOutputDirectory"), (string?)item.Attribute("CopyToPublishDirectory")));
        var models = Path.Combine(RepositoryRoot.Path, "models");
        var files = Directory.GetFiles(models, "*", SearchOption.AllDirectories).Select(path => $"models/{Path.GetRelativePath(models, path).Replace('\\', '/')}");
        Assert.Equal(files.Order(StringComparer.Ordinal), Names().Where(name => name.StartsWith("models/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Names(), name => name.StartsWith("contentFiles/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metadata_SaysWhatItIs()
    {
        var metadata = XDocument.Parse(await TextAsync("Slerp.Connector.nuspec")).Root!.Elements().Single();
        string? Value(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
        Assert.Equal(("Slerp.Connector", "MIT", "README.md"), (Value("id"), Value("license"), Value("readme")));
        Assert.False(string.IsNullOrWhiteSpace(Value("description")));
        Assert.Contains("AddSlerpChatClient", await TextAsync("README.md"), StringComparison.Ordinal);
    }

    private IEnumerable<string> Names() => packed.Package.Entries.Select(static entry => entry.FullName);

    private async Task<string> TextAsync(string name)
    {
        using var reader = new StreamReader(await packed.Package.GetEntry(name)!.OpenAsync());
        return await reader.ReadToEndAsync();
    }
}
