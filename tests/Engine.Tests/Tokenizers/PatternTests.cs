using FsCheck.Fluent;
using Slerp.Engine.Tokenizers;
using Slerp.Engine.Tokenizers.Import;
using Slerp.Engine.Tokenizers.PreTokenization;

namespace Slerp.Engine.Tests.Tokenizers;

public sealed class PatternTests
{
    [Theory]
    [InlineData(GptTwoScanner.Pattern)]
    [InlineData(WordAndNumberScanner.QwenPattern)]
    [InlineData(WordAndNumberScanner.LlamaPattern)]
    public void HandWrittenScanner_AnyText_CutsAsTheExpressionDoes(string pattern)
    {
        var scanner = PatternCatalog.Create(pattern, null, "tokenizer.json");
        Assert.IsNotType<RegexScanner>(scanner);
        var expression = new RegexScanner(pattern, null, "tokenizer.json");
        string[] parts =
        [
            " ", "  ", "\n", "\r\n", "\t", "\u00A0", "\u3000", "\u0085", "'", "'s", "'T", "'LL", "'re", "'Ve", "a", "Zé", "ǅ", "中文", "ª", "1", "23", "٣", "Ⅷ", "½",
            "!", "?!", "_", "\u0301", "🦙", "𝒳", "𝟘", "𐄇", "\uFEFF", "\u200D", "€", "(",
        ];
        var text = Gen.Elements(parts).ArrayOf().Select(string.Concat).ToArbitrary();
        Prop.ForAll(text, value => Scan(scanner, value).SequenceEqual(Scan(expression, value))).Holds(3000);
    }

    [Theory]
    [InlineData(@"a++b", "(?>a+)b")]
    [InlineData(@"[^\r\n\p{L}\p{N}]?+\p{L}+", @"(?>[^\r\n\p{L}\p{N}]?)\p{L}+")]
    [InlineData(@"(ab|c)*+d", "(?>(ab|c)*)d")]
    [InlineData(@"\p{N}{1,3}+", @"(?:\p{N}{1,3})+")]
    [InlineData(@"\p{N}{1,3}", @"\p{N}{1,3}")]
    [InlineData(@"a+?|[\]\[]|\(+", @"a+?|[\]\[]|\(+")]
    [InlineData(@"(?i:'s|'t)(?!\S)", @"(?i:'s|'t)(?!\S)")]
    public void Translate_Expression_SaysTheSameToTheRuntime(string pattern, string expected) =>
        Assert.Equal(expected, OnigurumaPattern.Translate(pattern));

    [Theory]
    [InlineData("")]
    [InlineData("(")]
    [InlineData(")")]
    [InlineData("[")]
    [InlineData("[a[b]]")]
    [InlineData("[a-z&&[^b]]")]
    [InlineData("(?m:.)")]
    [InlineData("(?<name>a)")]
    [InlineData(@"\")]
    [InlineData(@"\p{Han}+")]
    [InlineData(@"\x{20000}")]
    [InlineData(@"\h+")]
    [InlineData("𠀀")]
    public void RegexScanner_WhatCannotBeSaid_IsRefusedByName(string pattern)
    {
        var error = Assert.Throws<CheckpointException>(() => new RegexScanner(pattern, new FieldPath(null, "pre_tokenizer.pattern.Regex"), "tokenizer.json"));
        Assert.Contains("pre_tokenizer.pattern.Regex", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RegexScanner_DeepNesting_EndsInAnAnswer()
    {
        var nested = new string('(', 4000) + "a" + new string(')', 4000);
        var matches = new List<TextRange>();
        new RegexScanner(nested, null, "tokenizer.json").Scan("ba", matches);
        Assert.Equal([new TextRange(1, 1)], matches);
    }

    [Fact]
    public void SplitPreTokenizer_EveryBehavior_CutsAsDefined()
    {
        Assert.Equal(["the", "-", "final", "-", "-", "countdown"], Cut(SplitBehavior.Isolated));
        Assert.Equal(["the", "final", "countdown"], Cut(SplitBehavior.Removed));
        Assert.Equal(["the-", "final-", "-", "countdown"], Cut(SplitBehavior.MergedWithPrevious));
        Assert.Equal(["the", "-final", "-", "-countdown"], Cut(SplitBehavior.MergedWithNext));
        Assert.Equal(["the", "-", "final", "--", "countdown"], Cut(SplitBehavior.Contiguous));
    }

    private static string[] Cut(SplitBehavior behavior)
    {
        var text = new AlignedText("the-final--countdown", 0);
        var pieces = new List<TextPiece>();
        new SplitPreTokenizer(new StringScanner("-"), behavior).Split(new(text, 0, text.Text.Length), pieces);
        return [.. pieces.Select(piece => piece.Span.ToString())];
    }

    private static List<TextRange> Scan(IPatternScanner scanner, string text)
    {
        var matches = new List<TextRange>();
        scanner.Scan(text, matches);
        return matches;
    }
}
