using System.Text.Json;
using Slerp.Engine.Checkpoints;
using Slerp.Engine.Tokenizers;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>What an adapter brings beside its arithmetic: notes of its own, a chat template; and how its load is given up.</summary>
public sealed class AdapterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Notes_OfAnotherAdapter_AreOthers()
    {
        var adapter = new ToyAdapter();
        var options = Options(adapter.Model.Save(_folder)) with { NotesFolder = _folder.Path("notes") };
        var adapted = options with { AdapterPath = adapter.Save(_folder) };
        var checkpoint = CheckpointDirectory.Open(options.ModelPath);
        Assert.True(MachineNotes.On(options, checkpoint).Write("note", [1]));
        Assert.Null(MachineNotes.On(adapted, checkpoint).Read("note", 10));
        Assert.True(MachineNotes.On(adapted, checkpoint).Write("note", [2]));
        Assert.Equal([1], MachineNotes.On(options, checkpoint).Read("note", 10)!);
        Assert.Equal([2], MachineNotes.On(adapted, checkpoint).Read("note", 10)!);

        // Trained on: the same folder, other bytes.
        File.SetLastWriteTimeUtc(Path.Combine(adapted.AdapterPath!, LoraWeights.WeightsFileName), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Null(MachineNotes.On(adapted, checkpoint).Read("note", 10));
    }

    [Fact]
    public async Task ChatTemplateBesideTheAdapter_HoldsWithItsEndToken()
    {
        var adapter = new ToyAdapter();
        var path = adapter.Save(_folder);
        foreach (var file in new[] { "tokenizer.json", "tokenizer_config.json" })
        {
            File.Copy(Path.Combine(adapter.Model.Save(_folder), file), Path.Combine(path, file));
        }

        var options = Options(adapter.Model.Save(_folder)) with { AdapterPath = path };
        await using (var same = await SlerpEngine.LoadAsync(options))
        {
            Assert.True(same.Model.HasChatTemplate);
        }

        // A template of its own, whose turns end with the third token of what the model says.
        int[] ids;
        await using (var probe = await SlerpEngine.LoadAsync(options))
        {
            ids = (await probe.AnswerAsync(EngineRequests.Raw("hello", 8))).Ids;
        }

        var token = TokenizerLoader.Load(options.ModelPath).TokenOf(ids[2]);
        File.Delete(Path.Combine(path, "tokenizer.json"));
        await File.WriteAllTextAsync(
            Path.Combine(path, "tokenizer_config.json"), JsonSerializer.Serialize(new { chat_template = "{{ messages[0].content }}!", eos_token = token }));
        await using var own = await SlerpEngine.LoadAsync(options);
        Assert.Equal("{{ messages[0].content }}!", own.Model.ChatTemplate);
        var ended = await own.AnswerAsync(EngineRequests.Raw("hello", 8));
        Assert.Equal(FinishReason.EndOfText, ended.Finish);
        Assert.InRange(ended.Ids.Length, 1, 3);
    }

    [Fact]
    public async Task Cancelled_LoadGivesUp()
    {
        var adapter = new ToyAdapter();
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SlerpEngine.LoadAsync(
            Options(adapter.Model.Save(_folder)) with { AdapterPath = adapter.Save(_folder) }, cancellationToken: cancellation.Token));
    }

    private static EngineOptions Options(string model) => new() { ModelPath = model, Threads = 1, NotesFolder = "" };
}
