using System.Diagnostics;
using System.Text;

namespace Slerp.Engine.Tests.Quality;

/// <summary>The checks that look an answer's words up in its prompt: what is copied passes however it is spelled, what is mangled fails.</summary>
public sealed class WordCheckTests
{
    private const string Passage = "The bridge (it weighs 1,200 kg) was built by \"Xenia Zaindtrill\" and Moreno on September 25, 2012; its code is GMS-001.";
    private const string Prompt = "Answer from the text.\n" + Passage + "\nQuestion: what is the answer?";

    [Theory]
    [InlineData("1,200 kg", true, true)]
    [InlineData("The answer is: 1,200 KG.", true, true)]
    [InlineData("1,300 kg", true, false)]
    [InlineData("it weighs 1,3", true, true)]
    [InlineData("it weighs 130", false, false)]
    [InlineData("it weighs 12", false, true)]
    [InlineData("it weighs 12", true, false)]
    [InlineData("on September 2, 2023", true, false)]
    [InlineData("GS-00", true, false)]
    [InlineData("1. The **bridge** weighs `1,200 kg`.\n2. Moreno built the bridge.\n10. The answer is the bridge.", true, true)]
    [InlineData("The bridge weighs `1,200` kg and it was built in 1869", true, false)]
    [InlineData("It was built by Zaindtri", true, true)]
    [InlineData("Zaindtri", true, false)]
    [InlineData("Zaindtri", false, true)]
    [InlineData("None of these words stand there", true, false)]
    [InlineData("None of these words", false, true)]
    [InlineData("", true, true)]
    [InlineData("約一千二百公斤", true, true)]
    [InlineData("重さは1300キロです", true, false)]
    public void Grounding_FailsNumbersAndMostWordsThatThePromptDoesNotHave(string answer, bool hasEnded, bool passes) =>
        Assert.Equal(passes, Judge("grounding", answer, hasEnded).Kind == VerdictKind.Passed);

    [Theory]
    [InlineData("{\"year\":1869,\"city\":\"Bergen\"}", "1869")]
    [InlineData("Bergen,1869,1200", "1869")]
    [InlineData("|Bergen|1869|", "Bergen: 1869")]
    [InlineData("<year>1869</year>", "1869")]
    [InlineData("built—1869—by", "**Year:**1869")]
    [InlineData("From 1869–1872 it", "1869-1872")]
    [InlineData("12/05/2020", "2020")]
    [InlineData("It costs €4500.", "4,500")]
    [InlineData("1200kg", "1200 kg")]
    [InlineData("40 °C", "40°C")]
    [InlineData("1\u202f200", "1,200")]
    [InlineData("GMS\u2011001", "GMS-001")]
    [InlineData("١٨٦٩", "1869")]
    [InlineData("1868년에", "1868")]
    [InlineData("橋は1869年に", "1869年")]
    public void Grounding_FindsNumbersHoweverTheyAreSpelled(string prompt, string answer)
    {
        Assert.Equal(VerdictKind.Passed, Judge("grounding", answer, true, context => context with { PromptText = prompt }).Kind);
        Assert.Equal(VerdictKind.Failed, Judge("grounding", answer.Replace('6', '7').Replace('4', '9').Replace("200", "300", StringComparison.Ordinal).Replace("001", "011", StringComparison.Ordinal).Replace("020", "021", StringComparison.Ordinal), true, context => context with { PromptText = prompt }).Kind);
    }

    [Theory]
    [InlineData("1,200 kg", true, true)]
    [InlineData("Weighs 1200 KG.", true, true)]
    [InlineData("1,200 tons", true, false)]
    [InlineData("the answer", true, false)]
    [InlineData("Moreno Zaindtrill", true, false)]
    [InlineData("Zaindtri", true, false)]
    [InlineData("Zaindtri", false, true)]
    [InlineData("September 2", false, true)]
    [InlineData("September 2,", false, false)]
    [InlineData("weighs 1,", false, true)]
    [InlineData("GMS-001 Next", true, false)]
    [InlineData("next passage", true, true)]
    public void Quotation_FailsWhatDoesNotStandInTheMergedText(string answer, bool hasEnded, bool passes) =>
        Assert.Equal(passes, Judge("quotation", answer, hasEnded).Kind == VerdictKind.Passed);

    [Fact]
    public void Quotation_FindsTheSecondBeginning() =>
        Assert.Equal(VerdictKind.Passed, Judge("quotation", "a b a b c", true, static context => context with { MergedText = "x a b a b a b c y" }).Kind);

    [Theory]
    [InlineData("grounding")]
    [InlineData("quotation")]
    public void WordsAreReadOnlyWhereSomethingWasMergedAndBeforeCalls(string name)
    {
        Assert.Equal(VerdictKind.Failed, Judge(name, "nothing 77 of that", true).Kind);
        Assert.Equal(VerdictKind.Passed, Judge(name, "nothing 77 of that", true, static context => context with { MergedText = "" }).Kind);
        Assert.Equal(VerdictKind.Passed, Judge(name, "nothing 77 of that", true, static context => context with { PromptText = null, MergedText = null }).Kind);
        var calls = new OutputForm.ToolCalls([], new ToolCallSyntax("<call>{", "", "", "}</call>", ""), 0, OutputForm.FreeText.Instance);
        Assert.Equal(VerdictKind.Passed, Judge(name, "<call>{\"size\": 77}</call>", true, context => context with { Output = calls }).Kind);
        Assert.Equal(VerdictKind.Passed, Judge(name, "<cal", false, context => context with { Output = calls }).Kind);
        Assert.Equal(VerdictKind.Passed, Judge(name, "1,200 kg <call>{\"size\": 77", false, context => context with { Output = calls }).Kind);
        Assert.Equal(VerdictKind.Failed, Judge(name, "nothing 77 <call>{", false, context => context with { Output = calls }).Kind);
        Assert.Equal(VerdictKind.Failed, Judge(name, "it weighs 12<call>{", false, context => context with { Output = calls }).Kind);
        Assert.Equal(VerdictKind.Passed, Judge(name, "nothing 77 of that", true, context => context with { Output = calls with { Otherwise = null } }).Kind);
        var atStart = calls with { Syntax = new ToolCallSyntax("{\"name\":", "", "", "}", "") { OnlyAtStart = true, OptionalMark = "<|tag|>" } };
        Assert.Equal(VerdictKind.Passed, Judge(name, "<|tag|>{\"name\": 77", false, context => context with { Output = atStart }).Kind);
        Assert.Equal(VerdictKind.Passed, Judge(name, " {\"na", false, context => context with { Output = atStart }).Kind);
        Assert.Equal(VerdictKind.Passed, Judge(name, " { \"name\"\n: 77", false, context => context with { Output = atStart }).Kind);
        Assert.Equal(VerdictKind.Passed, Judge(name, "{\n  \"na", false, context => context with { Output = atStart }).Kind);
        Assert.Equal(VerdictKind.Failed, Judge(name, "{ \"na me\": 77 of", false, context => context with { Output = atStart }).Kind);
        Assert.Equal(VerdictKind.Failed, Judge(name, "nothing 77 of <|tag|>{", false, context => context with { Output = atStart }).Kind);
        Assert.Equal(VerdictKind.Failed, Judge(name, "nothing is {\"name\": and 77", true, context => context with { Output = atStart }).Kind);
    }

    [Theory]
    [InlineData("grounding")]
    [InlineData("quotation")]
    public void ReasoningIsNotJudged(string name)
    {
        var marks = new ReasoningSyntax("<think>", "</think>");
        foreach (var text in new[] { "<th", "<think>\nOkay, let 77", "<think>\n\n</think>\n\n1,200", "\n<think>77 </think>1,200 kg" })
        {
            Assert.Equal(VerdictKind.Passed, Judge(name, text, false, context => context with { Reasoning = marks }).Kind);
        }

        Assert.Equal(VerdictKind.Failed, Judge(name, "<think>1,200</think>77 of", false, context => context with { Reasoning = marks }).Kind);
        Assert.Equal(VerdictKind.Passed, Judge(name, "\nOkay, 77", false, context => context with { Reasoning = marks, OpenReasoning = marks }).Kind);
        Assert.Equal(VerdictKind.Failed, Judge(name, "\nOkay</think>77 of", false, context => context with { Reasoning = marks, OpenReasoning = marks }).Kind);
    }

    /// <summary>Prompts that made searching quadratic. Hours if it were: the bound only has to tell.</summary>
    [Theory]
    [InlineData("grounding")]
    [InlineData("quotation")]
    public void HostilePrompts_AreReadOnce(string name)
    {
        var answer = string.Concat(Enumerable.Repeat("a ", 4000)) + "b 17 ";
        var began = Stopwatch.GetTimestamp();
        foreach (var prompt in new[] { new string('a', 1_000_000), string.Concat(Enumerable.Repeat("a ", 500_000)), new string('1', 1_000_000), Repeated("다리는 1869년에 ", 100_000), new string(' ', 1_000_000) + "1.", Repeated("1,", 500_000) })
        {
            Judge(name, answer, false, context => context with { PromptText = prompt, MergedText = prompt });
            Judge(name, prompt, false);
        }

        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60));
    }

    private static string Repeated(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();

    private static Verdict Judge(string name, string answer, bool hasEnded, Func<QualityContext, QualityContext>? change = null)
    {
        var context = new QualityContext
        {
            SegmentIndex = 0,
            SegmentTokens = 1,
            Mode = GenerationMode.Accelerated,
            PromptTokens = 10,
            Sampling = SamplingMode.Greedy.Instance,
            Output = OutputForm.FreeText.Instance,
            PromptText = Prompt,
            MergedText = Passage + "\u001eNext passage.\u001e",
            Merging = new MergeStats(10, 10, 0.5),
            Finish = hasEnded ? FinishReason.EndOfText : null,
        };
        return EngineCatalog.QualityCheck(name).Evaluate(change?.Invoke(context) ?? context, answer, new TokenStatistics[] { new(1, -0.5f, 1) });
    }
}
