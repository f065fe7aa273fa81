using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Models;

/// <summary>Tiny checkpoints of the supported families against the logits of the public reference code.</summary>
public sealed class FamilyGoldenTests(ITestOutputHelper output)
{
    [SharedDataTheory]
    [MemberData(nameof(FamilyGolden.Families), MemberType = typeof(FamilyGolden))]
    public void Decoder_EqualsTheReferenceCode(string family)
    {
        var golden = FamilyGolden.Read(family);
        using var harness = new DecoderHarness(golden.ConfigFile, golden.WeightsFile);
        foreach (var expected in golden.Cases)
        {
            var slot = harness.Open();
            var actual = harness.Read(slot, expected.Ids, expected.Ids.Length);
            harness.Cache.Release(slot);
            var difference = expected.LargestDifference(actual);
            output.WriteLine($"{family} {expected.Ids.Length} positions: max |logit difference| {difference:g3}");
            Assert.True(difference < 1e-4f, $"{family}: max |logit difference| {difference}");
            Assert.Equal(expected.Logits.Select(static row => DecoderHarness.ArgMax(row)), actual.Select(static row => DecoderHarness.ArgMax(row)));

            // Dynamic rope changes the base with every new length; keys already rotated keep the old one in any cached run, by design.
            if (family != "tiny-llama2-rope-dynamic" || expected.Ids.Length <= 64)
            {
                Assert.Equal(expected.Continuation, harness.Greedy(expected.Ids, expected.Continuation.Length));
            }
        }
    }

    [SharedDataFact]
    public void Adapter_EqualsTheReferenceCode()
    {
        const string Family = "tiny-llama2-lora";
        var golden = FamilyGolden.Read(Family);
        using var harness = new DecoderHarness(golden.ConfigFile, golden.WeightsFile, adapter: SharedData.Path("weights", "families", Family));
        foreach (var expected in golden.Cases)
        {
            var slot = harness.Open();
            var difference = expected.LargestDifference(harness.Read(slot, expected.Ids, expected.Ids.Length));
            harness.Cache.Release(slot);
            output.WriteLine($"{Family} {expected.Ids.Length} positions: max |logit difference| {difference:g3}");
            Assert.True(difference < 1e-4f, $"{Family}: max |logit difference| {difference}");
            Assert.Equal(expected.Continuation, harness.Greedy(expected.Ids, expected.Continuation.Length));
        }
    }
}
