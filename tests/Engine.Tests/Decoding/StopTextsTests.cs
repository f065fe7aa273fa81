using System.Text;
using Slerp.Engine.Constraints;
using Slerp.Engine.Constraints.Grammars;
using Slerp.Engine.Decoding;

namespace Slerp.Engine.Tests.Decoding;

/// <summary>A stop text counts in free text alone: before the mark of a call, wherever tokens begin and end.</summary>
public sealed class StopTextsTests
{
    private const string Letters = "abc";
    private const string Mark = "aab";

    private static readonly string[] Words = [.. Letters.Select(letter => $"{letter}"), .. Pairs(), "aab", "aaba", "caa", "bcab", "cabab"];

    private static readonly ConstraintVocabulary Vocabulary = new(Words.Length, token => Encoding.ASCII.GetBytes(Words[token]), [], []);

    public static TheoryData<string> Stops => ["b", "ab", "ba", "aa", "abc", "caab", "aab", "a|bb", "cb|ba|cca"];

    [Theory]
    [MemberData(nameof(Stops))]
    public void StopText_EndsTheAnswer_BeforeTheMarkAlone(string stops)
    {
        var texts = stops.Split('|');
        var random = new Random(7);
        var (stopped, called) = (0, 0);
        for (var round = 0; round < 3000; round++)
        {
            var tokens = Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(Words.Length)).ToArray();
            var expected = Expected(string.Concat(tokens.Select(token => Words[token])), texts);
            var (visible, isStopped) = Run(tokens, texts);
            Assert.Equal(expected is { }, isStopped);
            if (expected is { } start)
            {
                Assert.Equal(start, visible);
                stopped++;
            }

            called += expected is null && string.Concat(tokens.Select(token => Words[token])).Contains(Mark, StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.True(called > 100 && stopped > 100 != stops.EndsWith(Mark, StringComparison.Ordinal), $"{stopped} answers were stopped, {called} became calls");
    }

    [Fact]
    public void StopText_WithinWhatOnlyLooksLikeAMark_CountsOnceThatIsKnown()
    {
        var (constraint, rules) = Begin(["a"]);
        var state = constraint.Start;
        Assert.False(Take(constraint, rules, ref state, "a"));
        Assert.True(rules.IsWaiting);
        Assert.Equal(0, rules.VisibleBytes);
        Assert.True(Take(constraint, rules, ref state, "c"));
        Assert.Equal(0, rules.VisibleBytes);
    }

    [Fact]
    public void BeginningOfAStopText_IsNoLongerHeldBack_OnceACallBegan()
    {
        var (constraint, rules) = Begin(["bc"]);
        var state = constraint.Start;
        Assert.False(Take(constraint, rules, ref state, "caa"));
        Assert.False(Take(constraint, rules, ref state, "b"));
        Assert.Equal(4, rules.VisibleBytes);
        Assert.False(Take(constraint, rules, ref state, "c"));
        Assert.Equal(5, rules.VisibleBytes);
        rules.Reset();
        state = constraint.Start;
        Assert.False(Take(constraint, rules, ref state, "cb"));
        Assert.Equal(1, rules.VisibleBytes);
        Assert.True(Take(constraint, rules, ref state, "c"));
        Assert.Equal(1, rules.VisibleBytes);
    }

    [Theory]
    [InlineData("<r>a.b</r>c.d", false, "<r>a.b</r>c")]
    [InlineData(" \n<r>.</r>.", false, " \n<r>.</r>")]
    [InlineData("a.b</r>c.d", true, "a.b</r>c")]
    [InlineData("a.b", true, null)]
    [InlineData("<r>a.b", false, null)]
    [InlineData("a<r>.</r>", false, "a")]
    [InlineData("<<r>.</r>", false, "<")]
    [InlineData("<r></r><r>.</r>", false, "<r></r>")]
    [InlineData("\t<r>\t</r>\t.", false, "\t<r>\t</r>\t")]
    [InlineData("\t<r>\t</r>\t\na\t", false, "\t<r>\t</r>\t\na")]
    [InlineData("a</r>\t\t", true, null)]
    [InlineData("<r></r>                .", false, "<r></r>                ")]
    [InlineData("<r></r>                \t", false, "<r></r>                ")]
    [InlineData("               \t<r>.</r>.", false, "               \t<r>.</r>")]
    [InlineData("                \t<r>.</r>.", false, "                ")]
    [InlineData("\ta", false, "")]
    [InlineData("<r>a</r>r>!", false, "<r>a</r>")]
    [InlineData("<r!", false, "")]
    [InlineData("<r", false, "")]
    [InlineData("", true, null)]
    public void Reasoning_HoldsNoStopText_NorDoItsMarks(string text, bool isOpen, string? expected)
    {
        for (var size = 1; size <= Math.Max(text.Length, 1); size++)
        {
            var rules = new StopTexts([.. ((string[])[".", "r>", "<r", "\t"]).Select(Encoding.ASCII.GetBytes)], new ReasoningPart(new ReasoningSyntax("<r>", "</r>"), isOpen));
            var shown = 0;
            var isStopped = false;
            foreach (var piece in text.Chunk(size))
            {
                isStopped = rules.Take(Encoding.ASCII.GetBytes(piece), default);
                Assert.True(rules.VisibleBytes >= shown, "what was shown was taken back");
                shown = rules.VisibleBytes;
                if (isStopped)
                {
                    break;
                }
            }

            Assert.Equal(expected, isStopped || rules.IsWaiting ? text[..rules.VisibleBytes] : null);
        }
    }

    [Theory]
    [InlineData("\n<c>b", false)]
    [InlineData("\n\n \t<c>b", false)]
    [InlineData("               \n<c>b", false)]
    [InlineData("\nb", true)]
    [InlineData("\n<b", true)]
    [InlineData("\n<<c>b", true)]
    [InlineData("a\n<c>b", true)]
    [InlineData("                \n<c>b", true)]
    [InlineData("\n<r>\n</r>\n<c>b", false)]
    [InlineData("\n<r>\n</r>\na\n<c>b", true)]
    public void WhiteSpaceBeforeACall_IsNoStopText(string text, bool isStopped)
    {
        foreach (var reasoning in (ReasoningPart?[])[null, new ReasoningPart(new ReasoningSyntax("<r>", "</r>"), isOpen: false)])
        {
            if (reasoning is null && text.Contains("<r>", StringComparison.Ordinal))
            {
                continue;
            }

            var rules = new StopTexts([Encoding.ASCII.GetBytes("\n")], reasoning, mayCall: true);
            var hasStopped = false;
            for (var index = 0; index < text.Length && !hasStopped; index++)
            {
                // What the grammar tells: the part of the mark read last, and the call once the mark is whole.
                var read = text.AsSpan(0, index + 1);
                var pending = read.EndsWith("<c") ? 2 : read.EndsWith("<") ? 1 : 0;
                var start = text.IndexOf("<c>", StringComparison.Ordinal) is >= 0 and var mark && index >= mark + 2 ? mark - index : (int?)null;
                hasStopped = rules.Take(Encoding.ASCII.GetBytes(text[index..(index + 1)]), new CallBoundary(start is null ? pending : 0, start));
            }

            Assert.Equal(isStopped, hasStopped || rules.IsWaiting);
            Assert.True(isStopped || rules.VisibleBytes == text.Length);
        }
    }

    private static IEnumerable<string> Pairs() => Letters.SelectMany(first => Letters.Select(second => $"{first}{second}"));

    // From the whole text: the first stop text to end, if it ends before the mark begins.
    private static int? Expected(string text, string[] stops)
    {
        var mark = text.IndexOf(Mark, StringComparison.Ordinal);
        for (var end = 1; end <= (mark < 0 ? text.Length : mark); end++)
        {
            if (stops.Where(stop => text.AsSpan(0, end).EndsWith(stop)).MaxBy(stop => stop.Length) is { } stop)
            {
                return end - stop.Length;
            }
        }

        return null;
    }

    private static (int Visible, bool IsStopped) Run(int[] tokens, string[] stops)
    {
        var (constraint, rules) = Begin(stops);
        var state = constraint.Start;
        var shown = 0;
        foreach (var token in tokens)
        {
            if (Take(constraint, rules, ref state, Words[token]))
            {
                Assert.True(rules.VisibleBytes >= shown, "what was shown was taken back");
                return (rules.VisibleBytes, true);
            }

            Assert.True(rules.VisibleBytes >= shown, "what was shown was taken back");
            shown = rules.VisibleBytes;
        }

        return (rules.VisibleBytes, rules.IsWaiting);
    }

    private static (Constraint Constraint, StopTexts Rules) Begin(string[] stops)
    {
        var anything = Grammar.Repeat(Grammar.Choice([.. Letters.Select(letter => Grammar.Literal($"{letter}"))]), 0, null);
        return (new Constraint(Grammar.FreeTextUntil(Encoding.ASCII.GetBytes(Mark), anything), Vocabulary, SchemaLimits.Default), new StopTexts([.. stops.Select(Encoding.ASCII.GetBytes)]));
    }

    private static bool Take(Constraint constraint, StopTexts rules, ref ConstraintState state, string word)
    {
        var token = Array.IndexOf(Words, word);
        var before = state;
        state = constraint.Next(before, token)!;
        return rules.Take(Encoding.ASCII.GetBytes(word), constraint.Boundary(before, token, state));
    }
}
