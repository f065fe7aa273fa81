using System.Text.Json;
using Slerp.Engine.Checkpoints;
using Slerp.Engine.Tokenizers;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>Engines with a LoRA adapter: the merged model, told apart from its base everywhere.</summary>
public sealed class AdapterTests : IDisposable
{
    private static readonly SamplingMode Sampled = new SamplingMode.Stochastic(0.9f, 40, 0.95f, 0, Seed: 11);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("LlamaForCausalLM", "F32", WeightFormat.AsStored)]
    [InlineData("LlamaForCausalLM", "F32", WeightFormat.BFloat16)]
    [InlineData("LlamaForCausalLM", "F32", WeightFormat.Int4Block32)]
    [InlineData("MistralForCausalLM", "F16", WeightFormat.AsStored)]
    [InlineData("Qwen2ForCausalLM", "BF16", WeightFormat.AsStored)]
    [InlineData("Qwen2ForCausalLM", "BF16", WeightFormat.Float32)]
    [InlineData("Qwen3ForCausalLM", "BF16", WeightFormat.Int8Block32)]
    [InlineData("Qwen3ForCausalLM", "F16", WeightFormat.Int8Channel)]
    public async Task Generation_IsThatOfACheckpointMergedBeforehand(string architecture, string stored, WeightFormat format)
    {
        var adapter = new ToyAdapter
        {
            Model = new ToyCheckpoint { Architecture = architecture, DType = stored, Tied = false },
            DType = stored,
            Targets = [.. new ToyAdapter().Targets, "lm_head"],
        };
        var options = Options(adapter.Model.Save(_folder)) with { WeightFormat = format };
        await using var applied = await SlerpEngine.LoadAsync(options with { AdapterPath = adapter.Save(_folder) });
        await using var merged = await SlerpEngine.LoadAsync(options with { ModelPath = adapter.SaveMerged(_folder) });
        await using var plain = await SlerpEngine.LoadAsync(options);
        Assert.Equal(await IdentitiesAsync(merged), await IdentitiesAsync(applied));
        Assert.NotEqual(await IdentitiesAsync(plain), await IdentitiesAsync(applied));

        // Merged means: not a byte more than without, in memory as on disk.
        Assert.Equal((plain.Model.WeightBytes, plain.Model.WeightFormat), (applied.Model.WeightBytes, applied.Model.WeightFormat));
    }

    [Fact]
    public async Task SomeModulesOfSomeLayers_RankStabilised_AreMergedAsWell()
    {
        var adapter = new ToyAdapter { Targets = ["q_proj", "up_proj"], IsRankStabilised = true, Configure = static config => config["target_modules"] = "(q|up)_proj" };
        var options = Options(adapter.Model.Save(_folder));
        await using var applied = await SlerpEngine.LoadAsync(options with { AdapterPath = adapter.Save(_folder) });
        await using var merged = await SlerpEngine.LoadAsync(options with { ModelPath = adapter.SaveMerged(_folder) });
        Assert.Equal(await IdentitiesAsync(merged), await IdentitiesAsync(applied));
        Assert.Equal(new AdapterInfo("adapter", 4, 4, 4, "somewhere/toy"), applied.Model.Adapter);
    }

    [Fact]
    public async Task EnginesOfOneCheckpoint_WithAndWithout_DoNotDisturbEachOther()
    {
        var adapter = new ToyAdapter();
        var options = Options(adapter.Model.Save(_folder)) with { NotesFolder = _folder.Path("notes") };
        var files = Contents(options.ModelPath);
        var adapted = options with { AdapterPath = adapter.Save(_folder) };
        var other = options with { AdapterPath = (adapter with { Seed = 6 }).Save(_folder, "other") };
        var alone = new List<object>();
        foreach (var one in new[] { options, adapted, other })
        {
            await using var engine = await SlerpEngine.LoadAsync(one);
            alone.Add(await IdentitiesAsync(engine));
        }

        await using var first = await SlerpEngine.LoadAsync(options);
        await using var second = await SlerpEngine.LoadAsync(adapted);
        await using var third = await SlerpEngine.LoadAsync(other);
        var together = await Task.WhenAll(new[] { first, second, third }.Select(IdentitiesAsync));
        Assert.Equal(alone, together);
        Assert.Equal(3, together.Distinct().Count());
        Assert.Equal(["toy", "toy+adapter", "toy+other"], new[] { first, second, third }.Select(engine => engine.Model.Name));
        Assert.Null(first.Model.Adapter);
        Assert.Equal(files, Contents(options.ModelPath));
    }

    [Theory]
    [InlineData("recycling")]
    [InlineData("lookup")]
    [InlineData("skip")]
    [InlineData("mlp")]
    [InlineData("draft")]
    public async Task DraftersMadeForTheBase_ChangeNoText(string drafter)
    {
        var adapter = new ToyAdapter { Model = new ToyCheckpoint { Sharpness = 8 } };
        var model = adapter.Model.Save(_folder);
        await using var engine = await SlerpEngine.LoadAsync(Options(model) with
        {
            AdapterPath = adapter.Save(_folder),
            DraftModelPath = model,
            SpeculatorPath = new ToySpeculator().Save(_folder),
            Costs = new([1, 16, 32], [1, 1, 9]),
        });
        foreach (var sampling in new[] { SamplingMode.Greedy.Instance, Sampled })
        {
            var vanilla = await engine.AnswerAsync(EngineRequests.Raw("the cat sat", 60, sampling, "vanilla"));
            Assert.Equal(vanilla.Identity, (await engine.AnswerAsync(EngineRequests.Raw("the cat sat", 60, sampling, drafter))).Identity);
        }
    }

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

    private static async Task<object> IdentitiesAsync(SlerpEngine engine)
    {
        var greedy = await engine.AnswerAsync(EngineRequests.Raw("hello there", 60));
        var sampled = await engine.AnswerAsync(EngineRequests.Raw("once upon a time", 60, Sampled));
        return (greedy.Identity, sampled.Identity);
    }

    private static Dictionary<string, string> Contents(string folder) =>
        Directory.GetFiles(folder).ToDictionary(file => file, file => Convert.ToHexString(File.ReadAllBytes(file)));
}
