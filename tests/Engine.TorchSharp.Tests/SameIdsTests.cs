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
    [MemberData(nameof(FamilyGolden.Families), MemberType = typeof(FamilyGolden))]
    public void Family_EqualsTheReferenceCodeAndTheCpuBackend(string family)
    {
        var golden = FamilyGolden.Read(family);
        using var torch = new DecoderHarness(golden.ConfigFile, golden.WeightsFile, backend: _ => TestDevice.Open());
        using var cpu = new DecoderHarness(golden.ConfigFile, golden.WeightsFile);
        foreach (var expected in golden.Cases)
        {
            var slot = torch.Open();
            var actual = torch.Read(slot, expected.Ids, expected.Ids.Length);
            torch.Cache.Release(slot);
            var difference = expected.LargestDifference(actual);
            output.WriteLine($"{family} {expected.Ids.Length} positions: max |logit difference| {difference:g3}");
            Assert.True(difference < 1e-4f, $"{family}: max |logit difference| {difference}");
            Assert.Equal(expected.Logits.Select(static row => DecoderHarness.ArgMax(row)), actual.Select(static row => DecoderHarness.ArgMax(row)));
            Assert.Equal(cpu.Greedy(expected.Ids, 64), torch.Greedy(expected.Ids, 64));
        }
    }

    [SharedDataFact]
    public void Stories260K_InF32_HasTheReferencesLogitsAndTheCpuBackendsIds()
    {
        using var torch = new DecoderHarness(StoriesGolden.ConfigFile, StoriesGolden.WeightsFile, format: WeightFormat.Float32, backend: _ => TestDevice.Open());
        using var cpu = new DecoderHarness(StoriesGolden.ConfigFile, StoriesGolden.WeightsFile, format: WeightFormat.Float32);
        foreach (var golden in StoriesGolden.ReadAll().Select(static story => story.Case))
        {
            var slot = torch.Open();
            var actual = torch.Read(slot, golden.Text, 17);
            torch.Cache.Release(slot);
            var difference = golden.LargestDifference(actual);
            output.WriteLine($"{actual.Length} positions: max |logit difference| {difference:g3}; {golden.Continuation.Length} ids");
            Assert.True(difference < 1e-3f, $"max |logit difference| {difference}");
            Assert.Equal(golden.Continuation, torch.Greedy(golden.Ids, golden.Continuation.Length));
            Assert.Equal(cpu.Greedy(golden.Ids, Tokens), torch.Greedy(golden.Ids, Tokens));
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
}
