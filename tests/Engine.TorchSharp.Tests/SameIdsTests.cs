using System.Text.Json;
using Slerp.Engine.Tokenizers;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;
using Xunit.Abstractions;

namespace Slerp.Engine.TorchSharp.Tests;

/// <summary>Whole models against the logits of their references, and against the CPU backend token by token.</summary>
public sealed class SameIdsTests(ITestOutputHelper output)
{
    private const int Tokens = 200;

    private static readonly string[] Questions =
    [
        "What is the capital of France?", "Write a short story about a fox and a river.", "Count from one to twenty.",
        "Explain in a few sentences why the sky is blue.", "List five animals and what each of them eats.",
    ];

    [SharedDataTheory]
    [InlineData("tiny-llama2")]
    [InlineData("tiny-llama31")]
    [InlineData("tiny-llama2-rope-linear")]
    [InlineData("tiny-llama2-rope-dynamic")]
    [InlineData("tiny-llama2-rope-yarn")]
    [InlineData("tiny-mistral")]
    [InlineData("tiny-qwen2")]
    [InlineData("tiny-qwen3")]
    public void Family_EqualsTheReferenceCodeAndTheCpuBackend(string family)
    {
        var folder = SharedData.Path("weights", "families", family);
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json")));
        var weights = golden.RootElement.TryGetProperty("weights_file", out var file) && file.ValueKind == JsonValueKind.String
            ? Path.Combine(folder, file.GetString()!)
            : Path.Combine(folder, "model.safetensors");
        var config = Path.Combine(folder, "config.json");
        using var torch = new DecoderHarness(config, weights, backend: _ => TestDevice.Open());
        using var cpu = new DecoderHarness(config, weights);
        foreach (var prompt in golden.RootElement.GetProperty("prompts").EnumerateArray())
        {
            int[] ids = Ids(prompt.GetProperty("ids"));
            var expected = FloatFile.Rows(Path.Combine(folder, prompt.GetProperty("logits_file").GetString()!), 256);
            var slot = torch.Open();
            var actual = torch.Read(slot, ids, ids.Length);
            torch.Cache.Release(slot);
            var difference = Largest(expected, actual);
            output.WriteLine($"{family} {ids.Length} positions: max |logit difference| {difference:g3}");
            Assert.True(difference < 1e-4f, $"{family}: max |logit difference| {difference}");
            Assert.Equal(expected.Select(row => DecoderHarness.ArgMax(row)), actual.Select(row => DecoderHarness.ArgMax(row)));
            Assert.Equal(cpu.Greedy(ids, 64), torch.Greedy(ids, 64));
        }
    }

    [SharedDataFact]
    public void Stories260K_InF32_HasTheReferencesLogitsAndTheCpuBackendsIds()
    {
        var folder = SharedData.Path("weights", "stories260K");
        var (config, weights) = Files(Path.Combine(folder, "hf"));
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden", "golden.json")));
        using var torch = new DecoderHarness(config, weights, format: WeightFormat.Float32, backend: _ => TestDevice.Open());
        using var cpu = new DecoderHarness(config, weights, format: WeightFormat.Float32);
        foreach (var item in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            int[] ids = Ids(item.GetProperty("prompt_ids"));
            int[] expected = Ids(item.GetProperty("output_ids"));
            var reference = FloatFile.Rows(Path.Combine(folder, "golden", item.GetProperty("logits_file").GetString()!.Split(' ')[0]), 512);
            int[] text = [.. ids, .. expected];
            var slot = torch.Open();
            var actual = torch.Read(slot, text.AsSpan(0, Math.Min(reference.Length, text.Length)), 17);
            torch.Cache.Release(slot);
            var difference = Largest(reference, actual);
            output.WriteLine($"{actual.Length} positions: max |logit difference| {difference:g3}; {expected.Length} ids");
            Assert.True(difference < 1e-3f, $"max |logit difference| {difference}");
            Assert.Equal(expected, torch.Greedy(ids, expected.Length));
            Assert.Equal(cpu.Greedy(ids, Tokens), torch.Greedy(ids, Tokens));
        }
    }

    [Fact]
    public void EmbeddedModel_InF32_HasTheCpuBackendsIds()
    {
        var (config, weights) = Files(EmbeddedFolder);
        using var torch = new DecoderHarness(config, weights, format: WeightFormat.Float32, backend: _ => TestDevice.Open());
        using var cpu = new DecoderHarness(config, weights, format: WeightFormat.Float32);
        foreach (var ids in Prompts())
        {
            Assert.Equal(cpu.Greedy(ids, Tokens), torch.Greedy(ids, Tokens));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EmbeddedModel_InBf16_FirstDifferingPositionIsTold(bool isNarrow)
    {
        var (config, weights) = Files(EmbeddedFolder);
        var kv = isNarrow ? KvFormat.BFloat16 : KvFormat.Float32;
        using var torch = new DecoderHarness(config, weights, format: WeightFormat.BFloat16, kvFormat: kv, backend: _ => TestDevice.Open(isNarrow));
        using var cpu = new DecoderHarness(config, weights, format: WeightFormat.BFloat16, kvFormat: kv);
        var equal = 0;
        foreach (var ids in Prompts())
        {
            var (expected, actual) = (cpu.Greedy(ids, Tokens), torch.Greedy(ids, Tokens));
            var first = expected.AsSpan().CommonPrefixLength(actual);
            output.WriteLine($"{TestDevice.Name}, narrow {isNarrow}, KV {kv}: first differing position {(first == Tokens ? "none" : first)} of {Tokens}");
            equal += first;
        }

        // Rounding decides where tokens are nearly as likely; elsewhere the model is the same.
        Assert.True(isNarrow ? equal > 0 : equal == Tokens * Questions.Length, $"{equal} ids before the first difference.");
    }

    private static string EmbeddedFolder => Path.Combine(RepositoryRoot.Path, "models", "embedded");

    private static (string Config, string Weights) Files(string folder) => (Path.Combine(folder, "config.json"), Path.Combine(folder, "model.safetensors"));

    private static IEnumerable<int[]> Prompts()
    {
        var tokenizer = TokenizerLoader.Load(EmbeddedFolder);
        return Questions.Select(question => tokenizer.Encode(question).Ids.ToArray());
    }

    private static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(id => id.GetInt32())];

    private static float Largest(float[][] expected, float[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, (a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max()).Max();
    }
}
