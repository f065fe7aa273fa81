using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>Engines with a LoRA adapter: the merged model, told apart from its base everywhere.</summary>
/// <remarks>A backend derives and says how an engine is loaded on it.</remarks>
public abstract class AdapterConformance : IDisposable
{
    private static readonly SamplingMode Sampled = new SamplingMode.Stochastic(0.9f, 40, 0.95f, 0, Seed: 11);

    private readonly TemporaryFolder _folder = new();

    private protected virtual EngineOptions On(EngineOptions options) => options;

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

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

    private EngineOptions Options(string model) => On(new EngineOptions { ModelPath = model, Threads = 1, NotesFolder = "" });

    private static async Task<object> IdentitiesAsync(SlerpEngine engine)
    {
        var greedy = await engine.AnswerAsync(EngineRequests.Raw("hello there", 60));
        var sampled = await engine.AnswerAsync(EngineRequests.Raw("once upon a time", 60, Sampled));
        return (greedy.Identity, sampled.Identity);
    }

    private static Dictionary<string, string> Contents(string folder) =>
        Directory.GetFiles(folder).ToDictionary(file => file, file => Convert.ToHexString(File.ReadAllBytes(file)));
}
