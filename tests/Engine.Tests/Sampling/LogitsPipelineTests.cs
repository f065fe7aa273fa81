using Slerp.Engine.Sampling;
using Slerp.Engine.Tests.Doubles;

namespace Slerp.Engine.Tests.Sampling;

public sealed class LogitsPipelineTests
{
    private static readonly float[] Row = [.. new[] { 0.4, 0.1, 0.3, 0.15, 0.05 }.Select(p => (float)Math.Log(p))];

    [Fact]
    public void Pick_Greedy_TakesTheMostLikely() => Assert.Equal(0, Pick(SamplingMode.Greedy.Instance, 0));

    [Theory]
    [InlineData(0, 1f, 0f, new[] { 0.4, 0.1, 0.3, 0.15, 0.05 })]
    [InlineData(2, 1f, 0f, new[] { 4.0 / 7, 0, 3.0 / 7, 0, 0 })]
    [InlineData(0, 0.69f, 0f, new[] { 4.0 / 7, 0, 3.0 / 7, 0, 0 })]
    [InlineData(0, 1f, 0.3f, new[] { 0.4 / 0.85, 0, 0.3 / 0.85, 0.15 / 0.85, 0 })]
    [InlineData(3, 0.9f, 0f, new[] { 0.4 / 0.85, 0, 0.3 / 0.85, 0.15 / 0.85, 0 })]
    [InlineData(0, 0.9f, 0.5f, new[] { 4.0 / 7, 0, 3.0 / 7, 0, 0 })]
    public void Pick_Stochastic_HasTheTruncatedDistribution(int topK, float topP, float minP, double[] expected)
    {
        const int Draws = 20_000;
        var mode = new SamplingMode.Stochastic(1, topK, topP, minP, Seed: 12345);
        var counts = new int[Row.Length];
        for (var position = 0; position < Draws; position++)
        {
            counts[Pick(mode, position)]++;
        }

        for (var token = 0; token < counts.Length; token++)
        {
            // Five standard deviations.
            var tolerance = 5 * Math.Sqrt(expected[token] * (1 - expected[token]) * Draws);
            Assert.InRange(counts[token], (expected[token] * Draws) - tolerance, (expected[token] * Draws) + tolerance);
        }
    }

    [Theory]
    [InlineData(3, 1f)]
    [InlineData(4, 0.9f)]
    [InlineData(100, 1f)]
    [InlineData(0, 0.9999999f)]
    public void Pick_OfFewerThanTopKThatAMaskLeaves_StillDraws(int topK, float topP)
    {
        var pipeline = new LogitsPipeline();
        var mode = new SamplingMode.Stochastic(1, topK, topP, 0, Seed: 77);
        var counts = new int[Row.Length];
        for (var position = 0; position < 4000; position++)
        {
            var masked = Enumerable.Repeat(float.NegativeInfinity, 100).ToArray();
            (masked[1], masked[2]) = (Row[1], Row[2]);
            counts[pipeline.Pick(masked, mode, Penalties.None, counts: null, position)]++;
        }

        // 0.1 and 0.3 of what is left, within five standard deviations.
        Assert.InRange(counts[1], 1000 - 137, 1000 + 137);
        Assert.Equal(4000, counts[1] + counts[2]);
    }

    [Fact]
    public void Pick_OfFewCandidates_IsThatOfAllLogits()
    {
        var random = new Random(5);
        var (ofOutput, ofLogits) = (new LogitsPipeline(), new LogitsPipeline());
        for (var position = 0; position < 3000; position++)
        {
            var row = Enumerable.Range(0, 300).Select(_ => random.NextSingle() * 8).ToArray();
            var mode = new SamplingMode.Stochastic(0.8f, random.Next(1, 65), random.Next(2) == 0 ? 1 : random.NextSingle(), random.NextSingle() / 4, Seed: 3);
            Assert.Equal(
                ofLogits.Pick((float[])row.Clone(), mode, Penalties.None, counts: null, position),
                ofOutput.Pick(new FixedOutput(row), 0, mode, Penalties.None, counts: null, position));
        }
    }

    [Fact]
    public void Pick_LowTemperature_NearsGreedy()
    {
        var mode = new SamplingMode.Stochastic(1e-6f, 0, 1, 0, Seed: 1);
        Assert.All(Enumerable.Range(0, 1000), position => Assert.Equal(0, Pick(mode, position)));
    }

    [Fact]
    public void Pick_ManyEqualCandidates_NucleusGrowsUntilItsMassIsReached()
    {
        var row = new float[5000];
        var mode = new SamplingMode.Stochastic(1, 0, 0.5f, 0, Seed: 9);
        var picked = Enumerable.Range(0, 2000).Select(position => Pick(mode, position, row)).ToList();
        Assert.All(picked, token => Assert.InRange(token, 0, 2500));
        Assert.True(picked.Max() > 2400);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Pick_RowThatIsNotFinite_IsTold(float poison)
    {
        Assert.Equal(-1, Pick(SamplingMode.Greedy.Instance, 0, [0, poison, 1]));
        Assert.Equal(-1, Pick(new SamplingMode.Stochastic(1, 0, 0.9f, 0, 1), 0, [0, poison, 1]));
        Assert.Equal(-1, Pick(new SamplingMode.Stochastic(1, 2, 1, 0, 1), 0, [0, poison, 1]));
        Assert.Equal(2, Pick(new SamplingMode.Stochastic(1, 3, 1, 0, 1), 0, [float.NegativeInfinity, float.NegativeInfinity, 1]));
    }

    [Fact]
    public void Penalise_FollowsTheDefinitions()
    {
        var counts = new TokenCounts();
        counts.SetPrompt([0, 1]);
        counts.Add(1);
        counts.Add(2);
        counts.Add(2);
        float[] logits = [1, -1, 3, 4];
        LogitsPipeline.Penalise(logits, new Penalties(Frequency: 0.5f, Presence: 0.25f, Repetition: 2), counts);
        Assert.Equal([0.5f, -2 - 0.5f - 0.25f, 1.5f - 1 - 0.25f, 4], logits);
    }

    private static int Pick(SamplingMode mode, int position, float[]? row = null) =>
        new LogitsPipeline().Pick(new FixedOutput(row ?? Row), 0, mode, Penalties.None, null, position);
}
