using Slerp.Engine.Checkpoints;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Checkpoints;

public sealed class CheckpointPathTests
{
    [Fact]
    public void Find_PlainFileOrLinkInsideTheFolder_IsFound()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.json", "{}");
        File.CreateSymbolicLink(folder.Path("b.json"), "a.json");
        File.CreateSymbolicLink(folder.Path("c.json"), folder.Path("b.json"));

        Assert.EndsWith("a.json", CheckpointPath.Find(folder.FullPath, "a.json"), StringComparison.Ordinal);
        Assert.EndsWith("a.json", CheckpointPath.Find(folder.FullPath, "c.json"), StringComparison.Ordinal);
        Assert.Null(CheckpointPath.Find(folder.FullPath, "d.json"));
    }

    [Fact]
    public void Find_FolderThatIsALink_IsJudgedWhereItReallyIs()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Path("real", "a.json"), "{}");
        Directory.CreateSymbolicLink(folder.Path("alias"), "real");
        Assert.NotNull(CheckpointPath.Find(folder.Path("alias"), "a.json"));
    }

    [Fact]
    public void Find_LinkOutOfTheFolder_IsRefused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("secret.json", "{}");
        File.CreateSymbolicLink(folder.Path("model", "link.json"), Path.Combine("..", "secret.json"));
        AssertRefused(folder.Path("model"), "link.json");
    }

    [Fact]
    public void Find_LinkThroughALinkedSubfolder_IsRefused()
    {
        // As text, "sub/secret.json" lies inside; the folder it goes through does not.
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Path("outside", "secret.json"), "{}");
        File.WriteAllText(folder.Path("model", "config.json"), "{}");
        Directory.CreateSymbolicLink(folder.Path("model", "sub"), folder.Path("outside"));
        File.CreateSymbolicLink(folder.Path("model", "link.json"), Path.Combine("sub", "secret.json"));
        File.CreateSymbolicLink(folder.Path("model", "up.json"), Path.Combine("sub", "..", "outside", "secret.json"));
        AssertRefused(folder.Path("model"), "link.json");
        AssertRefused(folder.Path("model"), "up.json");
    }

    [Fact]
    public void Find_FolderWhoseNameBeginsAlike_IsRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Path("model-secret", "a.json"), "{}");
        File.CreateSymbolicLink(folder.Path("model", "a.json"), Path.Combine("..", "model-secret", "a.json"));
        AssertRefused(folder.Path("model"), "a.json");
    }

    [Fact]
    public void Find_CircleOfLinks_IsAbsentOrRefused()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder.Path("a.json"), "b.json");
        File.CreateSymbolicLink(folder.Path("b.json"), "a.json");
        var outcome = Record.Exception(() => Assert.Null(CheckpointPath.Find(folder.FullPath, "a.json")));
        Assert.True(outcome is null or CheckpointException);
        Assert.Throws<CheckpointException>(() => CheckpointPath.Resolve(folder.Path("a.json")));
    }

    [Fact]
    public void Find_HuggingFaceCache_MayLinkToItsOwnBlobsOnly()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Path("models--owner--model", "blobs", "0123"), "{}");
        File.WriteAllText(folder.Path("models--owner--other", "blobs", "4567"), "{}");
        File.WriteAllText(folder.Path("models--owner--model", "refs", "main"), "{}");
        var snapshot = Path.GetDirectoryName(folder.Path("models--owner--model", "snapshots", "abc", "config.json"))!;
        File.CreateSymbolicLink(Path.Combine(snapshot, "good.json"), Path.Combine("..", "..", "blobs", "0123"));
        File.CreateSymbolicLink(Path.Combine(snapshot, "foreign.json"), Path.Combine("..", "..", "..", "models--owner--other", "blobs", "4567"));
        File.CreateSymbolicLink(Path.Combine(snapshot, "ref.json"), Path.Combine("..", "..", "refs", "main"));

        Assert.EndsWith("0123", CheckpointPath.Find(snapshot, "good.json"), StringComparison.Ordinal);
        AssertRefused(snapshot, "foreign.json");
        AssertRefused(snapshot, "ref.json");
    }

    [Fact]
    public void Find_BlobsBesideAFolderThatIsNoCache_IsRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Path("mine", "blobs", "0123"), "{}");
        var snapshot = Path.GetDirectoryName(folder.Path("mine", "snapshots", "abc", "config.json"))!;
        File.CreateSymbolicLink(Path.Combine(snapshot, "config.json"), Path.Combine("..", "..", "blobs", "0123"));
        AssertRefused(snapshot, "config.json");
    }

    private static void AssertRefused(string folder, string name) =>
        Assert.Contains("outside", Assert.Throws<CheckpointException>(() => CheckpointPath.Find(folder, name)).Message, StringComparison.Ordinal);
}
