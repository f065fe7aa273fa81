using System.Diagnostics;
using Slerp.Engine.Drafting;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests;

/// <summary>What lies in a checkpoint folder under a file's name and is none: a pipe, a device, a link elsewhere. Refused at once, and never opened.</summary>
public sealed class OddFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public OddFilesTests() => _path = new ToyCheckpoint().Save(_folder);

    public static TheoryData<string> Names =>
        ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "model.safetensors"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Pipe_IsNotWaitedFor(string name)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        File.Delete(Path.Combine(_path, name));
        using (var making = Process.Start("mkfifo", [Path.Combine(_path, name)]))
        {
            await making.WaitForExitAsync();
        }

        await AssertEndsAsync(name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task LinkOutOfTheFolder_IsRefused_ADeviceToo(string name)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (var target in (string[])["/dev/zero", _folder.Write("elsewhere.json", "{}")])
        {
            File.Delete(Path.Combine(_path, name));
            File.CreateSymbolicLink(Path.Combine(_path, name), target);
            var failure = await Assert.ThrowsAsync<CheckpointException>(LoadAsync);
            Assert.Contains(name, failure.Message, StringComparison.Ordinal);
            Assert.Contains("outside the checkpoint folder", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task LinkWithinTheFolder_IsFollowed()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.Move(Path.Combine(_path, "tokenizer.json"), Path.Combine(_path, "kept.json"));
        File.CreateSymbolicLink(Path.Combine(_path, "tokenizer.json"), "kept.json");
        await using var engine = await LoadAsync();
        Assert.True(engine.Model.VocabularySize > 0);
    }

    // An empty chat template is one that writes nothing; any other empty file is refused by name.
    private async Task AssertEndsAsync(string name)
    {
        if (name == "chat_template.jinja")
        {
            await using var engine = await LoadAsync();
            return;
        }

        var failure = await Assert.ThrowsAsync<CheckpointException>(LoadAsync);
        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
    }

    private Task<SlerpEngine> LoadAsync() => SlerpEngine.LoadAsync(
        new EngineOptions { ModelPath = _path, Threads = 1, NotesFolder = "", WarmStart = false, Costs = CostCurve.Linear }).WaitAsync(TestTimeouts.Short);
}
