using System.Text.Json;

namespace Slerp.Engine.Tests.Quality;

/// <summary>What the built-in judges pass and fail.</summary>
public sealed class BuiltInCheckTests
{
    private static readonly QualityCalibration Calibration = new(-0.5, 0.5, 1, 0.5);

    [Fact]
    public void EveryName_HasItsCheck()
    {
        foreach (var name in EngineCatalog.QualityChecks)
        {
            Assert.Equal(name, EngineCatalog.QualityCheck(name).Name);
        }

        Assert.Subset(EngineCatalog.QualityChecks.ToHashSet(), EngineCatalog.DefaultQualityChecks.ToHashSet());
        Assert.Contains("taste", Assert.Throws<ArgumentException>(() => EngineCatalog.QualityCheck("taste")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Repetition_FailsLoopsOfAnyLengthAndPassesText()
    {
        foreach (var period in new[] { 1, 2, 5, 11, 16, 20, 24 })
        {
            Assert.Equal(VerdictKind.Failed, Judge("repetition", [.. Enumerable.Range(0, 60).Select(index => index % period)]).Kind);
        }

        Assert.Equal(VerdictKind.Passed, Judge("repetition", [.. Enumerable.Range(0, 60)]).Kind);
        Assert.Equal(VerdictKind.Passed, Judge("repetition", [1, 1, 1, 1]).Kind);
        // A list: a frame of four around four new words.
        Assert.Equal(VerdictKind.Passed, Judge("repetition", [.. Enumerable.Range(0, 64).Select(index => index % 8 < 4 ? index % 8 : 100 + index)]).Kind);
    }

    [Fact]
    public void LogProbability_LooksAtTheLeastSureTokenOfTheSegment()
    {
        Assert.Equal(VerdictKind.Passed, Judge("log-probability", [1, 2, 3], logProbability: -1).Kind);
        var failed = Judge("log-probability", [1, 2, 3], logProbability: -9);
        Assert.Equal((VerdictKind.Failed, 17), (failed.Kind, failed.Score));
        Assert.Equal(VerdictKind.Passed, Judge("log-probability", [1, 2, 3], logProbability: -9, change: context => context with { Calibration = null }).Kind);
        Assert.Equal(VerdictKind.Passed, Judge("log-probability", [1, 2, 3], logProbability: -9, change: context => context with { Sampling = new SamplingMode.Stochastic(1, 0, 1, 0, 1) }).Kind);
    }

    [Fact]
    public void Entropy_LooksAtTheMeanOfTheSegment()
    {
        Assert.Equal(VerdictKind.Passed, Judge("entropy", [1, 2, 3], entropy: 1.2f).Kind);
        Assert.Equal(VerdictKind.Failed, Judge("entropy", [1, 2, 3], entropy: 6).Kind);
    }

    [Fact]
    public void NonFinite_FailsAnyTokenSoFar()
    {
        Assert.Equal(VerdictKind.Passed, Judge("non-finite", [1]).Kind);
        Assert.Equal(VerdictKind.Failed, Judge("non-finite", [1], logProbability: float.NaN).Kind);
        Assert.Equal(VerdictKind.Failed, Judge("non-finite", [1], entropy: float.PositiveInfinity).Kind);
        // A row that holds a NaN has neither.
        Assert.Equal(VerdictKind.Failed, Judge("non-finite", [1], logProbability: float.NaN, entropy: float.NaN).Kind);
        // Nobody asked: nothing was worked out.
        Assert.Equal(VerdictKind.Passed, JudgeStatistics("non-finite", [TokenStatistics.Unscored(1)]).Kind);
    }

    [Theory]
    [InlineData("", true, VerdictKind.Failed)]
    [InlineData(" \n", true, VerdictKind.Failed)]
    [InlineData("", false, VerdictKind.Passed)]
    [InlineData("word", true, VerdictKind.Passed)]
    public void Empty_FailsAtTheEndOnly(string text, bool hasEnded, VerdictKind expected) =>
        Assert.Equal(expected, Judge("empty", [1], text: text, change: context => context with { Finish = hasEnded ? FinishReason.EndOfText : null }).Kind);

    [Theory]
    [InlineData("{\"a\": 1}", VerdictKind.Passed)]
    [InlineData("{\"a\": 1", VerdictKind.Failed)]
    [InlineData("", VerdictKind.Failed)]
    public void Json_FailsWhatIsCutShort(string text, VerdictKind expected)
    {
        using var schema = JsonDocument.Parse("true");
        var form = new OutputForm.Json(schema.RootElement.Clone());
        Assert.Equal(expected, Judge("json", [1], text: text, change: context => context with { Output = form, Finish = FinishReason.Length }).Kind);
        Assert.Equal(VerdictKind.Passed, Judge("json", [1], text: text, change: context => context with { Output = form }).Kind);
        Assert.Equal(VerdictKind.Passed, Judge("json", [1], text: text, change: context => context with { Finish = FinishReason.Length }).Kind);
    }

    [Theory]
    [InlineData(0.95, 5, VerdictKind.Passed)]
    [InlineData(0.1, 5, VerdictKind.Failed)]
    [InlineData(0, 0, VerdictKind.Passed)]
    public void MergeSimilarity_IsJudgedOfThePrompt(double similarity, int pairs, VerdictKind expected)
    {
        Assert.Equal(QualityScope.Prompt, EngineCatalog.QualityCheck("merge-similarity").Scope);
        Assert.Equal(expected, Judge("merge-similarity", [], change: context => context with { SegmentIndex = -1, Merging = new MergeStats(10, 10, similarity) { ComparedPairs = pairs } }).Kind);
    }

    private static Verdict Judge(
        string name, int[] tokens, float logProbability = -0.5f, float entropy = 1, string text = "text", Func<QualityContext, QualityContext>? change = null) =>
        JudgeStatistics(name, [.. tokens.Select(token => new TokenStatistics(token, logProbability, entropy))], text, change);

    private static Verdict JudgeStatistics(string name, TokenStatistics[] tokens, string text = "text", Func<QualityContext, QualityContext>? change = null)
    {
        var context = new QualityContext
        {
            SegmentIndex = 0,
            SegmentTokens = tokens.Length,
            Mode = GenerationMode.Accelerated,
            PromptTokens = 10,
            Sampling = SamplingMode.Greedy.Instance,
            Output = OutputForm.FreeText.Instance,
            Calibration = Calibration,
        };
        return EngineCatalog.QualityCheck(name).Evaluate(change?.Invoke(context) ?? context, text, tokens);
    }
}
