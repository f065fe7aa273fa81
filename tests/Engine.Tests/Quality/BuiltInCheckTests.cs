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

    [Theory]
    [InlineData("1,200 kg", true, VerdictKind.Passed)]
    [InlineData("the answer is: 1,200 KG.", true, VerdictKind.Passed)]
    [InlineData("1,300 kg", true, VerdictKind.Failed)]
    [InlineData("1. The **bridge** weighs `1,200 kg`.\n2. Moreno built the bridge.", true, VerdictKind.Passed)]
    [InlineData("The bridge weighs `1,200` kg and it was built in 1869", true, VerdictKind.Failed)]
    [InlineData("1,2", true, VerdictKind.Failed)]
    [InlineData("1,2", false, VerdictKind.Passed)]
    [InlineData("1,3", false, VerdictKind.Failed)]
    [InlineData("it weighs 1,", false, VerdictKind.Passed)]
    [InlineData("it weighs 12.", false, VerdictKind.Failed)]
    [InlineData("it weighs 1,200.", false, VerdictKind.Passed)]
    [InlineData("It was built by Zaindtri", true, VerdictKind.Passed)]
    [InlineData("Zaindtri", true, VerdictKind.Failed)]
    [InlineData("Zaindtri", false, VerdictKind.Passed)]
    [InlineData("", true, VerdictKind.Passed)]
    [InlineData("約一千二百公斤", true, VerdictKind.Passed)]
    public void Grounding_FailsNumbersAndMostWordsThatThePromptDoesNotHave(string answer, bool hasEnded, VerdictKind expected) =>
        Assert.Equal(expected, Grounded("grounding", answer, hasEnded).Kind);

    [Theory]
    [InlineData("1,200 kg", true, VerdictKind.Passed)]
    [InlineData("Weighs 1,200 KG.", true, VerdictKind.Passed)]
    [InlineData("1,200 tons", true, VerdictKind.Failed)]
    [InlineData("the answer", true, VerdictKind.Failed)]
    [InlineData("Moreno Zaindtrill", true, VerdictKind.Failed)]
    [InlineData("Zaindtri", true, VerdictKind.Failed)]
    [InlineData("Zaindtri", false, VerdictKind.Passed)]
    public void Quotation_FailsWhatDoesNotStandInTheMergedText(string answer, bool hasEnded, VerdictKind expected) =>
        Assert.Equal(expected, Grounded("quotation", answer, hasEnded).Kind);

    [Theory]
    [InlineData("grounding")]
    [InlineData("quotation")]
    public void WordsAreReadOnlyWhereSomethingWasMergedAndBeforeCalls(string name)
    {
        Assert.Equal(VerdictKind.Failed, Grounded(name, "nothing 7 of that", true).Kind);
        Assert.Equal(VerdictKind.Passed, Grounded(name, "nothing 7 of that", true, context => context with { Merging = MergeStats.None }).Kind);
        Assert.Equal(VerdictKind.Passed, Grounded(name, "nothing 7 of that", true, context => context with { PromptText = null, MergedText = null }).Kind);
        var calls = new OutputForm.ToolCalls([], new ToolCallSyntax("<call>{", "", "", "}</call>", ""), 0, OutputForm.FreeText.Instance);
        Assert.Equal(VerdictKind.Passed, Grounded(name, "<call>{\"size\": 7}</call>", true, context => context with { Output = calls }).Kind);
        Assert.Equal(VerdictKind.Passed, Grounded(name, "<cal", false, context => context with { Output = calls }).Kind);
        Assert.Equal(VerdictKind.Passed, Grounded(name, "1,200 kg <call>{\"size\": 7", false, context => context with { Output = calls }).Kind);
        Assert.Equal(VerdictKind.Failed, Grounded(name, "nothing 7 <call>{", false, context => context with { Output = calls }).Kind);
        Assert.Equal(VerdictKind.Passed, Grounded(name, "nothing 7 of that", true, context => context with { Output = calls with { Otherwise = null } }).Kind);
    }

    private static Verdict Grounded(string name, string answer, bool hasEnded, Func<QualityContext, QualityContext>? change = null) => Judge(name, [1], text: answer, change: context =>
    {
        context = context with
        {
            PromptText = "Answer from the text.\nThe bridge (it weighs 1,200 kg) was built by \"Xenia Zaindtrill\" and Moreno.\nQuestion: what is the answer?",
            MergedText = "The bridge (it weighs 1,200 kg) was built by \"Xenia Zaindtrill\" and Moreno.\n",
            Merging = new MergeStats(10, 10, 0.5),
            Finish = hasEnded ? FinishReason.EndOfText : null,
        };
        return change?.Invoke(context) ?? context;
    });

    private static Verdict Judge(
        string name, int[] tokens, float logProbability = -0.5f, float entropy = 1, string text = "text", Func<QualityContext, QualityContext>? change = null)
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
        TokenStatistics[] statistics = [.. tokens.Select(token => new TokenStatistics(token, logProbability, entropy))];
        return EngineCatalog.QualityCheck(name).Evaluate(change?.Invoke(context) ?? context, text, statistics);
    }
}
