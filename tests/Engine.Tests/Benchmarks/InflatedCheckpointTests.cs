using Slerp.Benchmarks.Shapes;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests.Benchmarks;

/// <summary>A small model inside a larger shape computes what it computed: the checkpoint source of the benchmarks.</summary>
public sealed class InflatedCheckpointTests : IDisposable
{
    private static readonly int[] Prompt = [.. Enumerable.Range(0, 20).Select(static index => (index * 53) % 250)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Same head size, a larger one, an untied head, and the same number of everything: each moves other parts.
    [Theory]
    [InlineData(3, 96, 8, 4, 8, 64, 400, true)]
    [InlineData(3, 64, 12, 3, 16, 100, 300, true)]
    [InlineData(2, 48, 8, 2, 32, 64, 270, false)]
    [InlineData(2, 32, 4, 2, 8, 48, 259, true)]
    public void Inflated_GreedyIdsAndLogits_AreThoseOfTheSmallModel(
        int layers, int width, int heads, int kvHeads, int headSize, int mlpWidth, int vocabulary, bool isTied)
    {
        var small = new ToyCheckpoint { Seed = 7 }.Save(_folder);
        var target = _folder.FullPath + "/inflated";
        InflatedCheckpoint.Write(small, new CheckpointShape("toy", layers, width, heads, kvHeads, headSize, mlpWidth, vocabulary, isTied), target);

        using var original = Harness(small);
        using var inflated = Harness(target);
        var expected = original.Greedy(Prompt, 48);
        Assert.Equal(expected, inflated.Greedy(Prompt, 48));

        int[] text = [.. Prompt, .. expected];
        var logits = original.Read(original.Open(), text, 16);
        var actual = inflated.Read(inflated.Open(), text, 16);
        for (var position = 0; position < text.Length; position++)
        {
            for (var token = 0; token < logits[position].Length; token++)
            {
                Assert.InRange(Math.Abs(actual[position][token] - logits[position][token]), 0, 1e-4f);
            }
        }
    }

    [Theory]
    [InlineData(1, 96, 8, 4, 8, 64, 400, "layers is 2; expected at most 1")]
    [InlineData(3, 16, 8, 4, 8, 64, 400, "width is 32; expected at most 16")]
    [InlineData(3, 96, 4, 4, 8, 64, 400, "query heads to a key/value head is 2; expected at most 1")]
    [InlineData(3, 96, 8, 4, 12, 64, 400, "head size is 8; expected a divisor of 12")]
    public void Inflated_ShapeThatDoesNotHoldTheModel_IsRefusedWithTheNumbers(
        int layers, int width, int heads, int kvHeads, int headSize, int mlpWidth, int vocabulary, string reason)
    {
        var small = new ToyCheckpoint().Save(_folder);
        var shape = new CheckpointShape("toy", layers, width, heads, kvHeads, headSize, mlpWidth, vocabulary, Tied: true);
        var failure = Assert.Throws<ArgumentException>(() => InflatedCheckpoint.Write(small, shape, _folder.FullPath + "/refused"));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.FullPath + "/refused"));
    }

    private static DecoderHarness Harness(string folder) =>
        new(Path.Combine(folder, "config.json"), Path.Combine(folder, "model.safetensors"), format: WeightFormat.Float32);
}
