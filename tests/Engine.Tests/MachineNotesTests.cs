using Slerp.Engine.Checkpoints;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests;

public sealed class MachineNotesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CheckpointDirectory _checkpoint;

    public MachineNotesTests() => _checkpoint = CheckpointDirectory.Open(new ToyCheckpoint().Save(_folder));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FolderThatCannotBe_KeepsNothingAndSaysNothing()
    {
        var file = _folder.Write("a-file", "in the way");
        foreach (var folder in new[] { file, Path.Combine(file, "below"), "\0", new string('x', 5000), "" })
        {
            var notes = On(folder);
            Assert.False(notes.Write("note", "value"u8));
            Assert.Null(notes.Read("note", 100));
        }
    }

    [Fact]
    public void NoteThatCannotBeReplaced_LeavesNothingUnfinished()
    {
        var notes = On(_folder.Path("notes", "x"));
        Assert.True(notes.Write("other", "value"u8));
        var home = Path.GetDirectoryName(Directory.GetFiles(_folder.Path("notes", "x"), "other", SearchOption.AllDirectories)[0])!;
        Directory.CreateDirectory(Path.Combine(home, "note"));
        Assert.False(notes.Write("note", "value"u8));
        Assert.Equal(["other"], Directory.GetFiles(home).Select(Path.GetFileName));
    }

    [Fact]
    public void WritersAtOnce_LeaveOneWholeNote()
    {
        var notes = On(_folder.Path("notes", "y"));
        var values = Enumerable.Range(0, 8).Select(index => Enumerable.Repeat((byte)index, 10_000).ToArray()).ToArray();
        Parallel.For(0, 80, turn =>
        {
            notes.Write("note", values[turn % values.Length]);
            if (notes.Read("note", 10_000) is { } seen)
            {
                Assert.Contains(values, value => value.AsSpan().SequenceEqual(seen));
            }
        });
        Assert.NotNull(notes.Read("note", 10_000));
    }

    private MachineNotes On(string folder) => MachineNotes.On(new EngineOptions { ModelPath = _checkpoint.Path, NotesFolder = folder }, _checkpoint);
}
