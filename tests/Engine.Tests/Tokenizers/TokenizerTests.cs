using Slerp.Engine.Tokenizers;

namespace Slerp.Engine.Tests.Tokenizers;

public sealed class TokenizerTests
{
    private readonly ITokenizer bytes = TinyTokenizers.Load(TinyTokenizers.ByteLevel());
    private readonly ITokenizer characters = TinyTokenizers.Load(TinyTokenizers.Characters());

    public static TheoryData<string> Texts =>
    [
        "", " ", "hello", "the cat hello", "  two  spaces ", "naïve café 你好 🦙🏽", "a\u0000b\r\n\tc", "\uFEFFbom", "e\u0301 is not composed here? yes",
        "<|im_start|>user\nhello<|im_end|>", "<tool_call>{\"a\": 1}", "\u05E9\u05DC\u05D5\u05DD 123456", new string('a', 5000), "<0x0A> <s> </s>",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Decode_EncodedText_IsTheTextAgain(string text)
    {
        var composed = text.Replace("e\u0301", "é", StringComparison.Ordinal);
        Assert.Equal(composed, bytes.Decode(bytes.Encode(text).Ids, skipSpecial: false));
        var content = new ContentSpan(0, text.Length);
        Assert.Equal(composed, bytes.Decode(bytes.Encode(text, content).Ids, skipSpecial: true));
        Assert.Equal(text, characters.Decode(characters.Encode(text, content).Ids, skipSpecial: true));
    }

    [Fact]
    public void Encode_KnownWords_AreSingleTokens()
    {
        var encoding = bytes.Encode("hello the cat");
        Assert.Equal(["hello", "Ġthe", "Ġcat"], encoding.Ids.Select(id => bytes.TokenOf(id)));
        Assert.Equal([5, 9, 13], encoding.Offsets);
        Assert.Equal(" the"u8, bytes.BytesOf(encoding.Ids[1]));
    }

    [Fact]
    public void Encode_ControlToken_MatchesInTheTemplateOnly()
    {
        const string Text = "<|im_start|><|im_end|><|im_end|>";
        var end = TinyTokenizers.EndId;
        Assert.Equal([300, end, end], bytes.Encode(Text).Ids);
        var encoding = bytes.Encode(Text, new ContentSpan(12, 10));
        Assert.Equal(300, encoding.Ids[0]);
        Assert.Equal(end, encoding.Ids[^1]);
        Assert.Equal(2, encoding.Ids.Count(id => bytes.AddedTokens.Values.Contains(id)));
        Assert.Equal(Text, bytes.Decode(encoding.Ids, skipSpecial: false));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 2)]
    [InlineData(9, 1)]
    public void Encode_ControlTokenPartlyContent_DoesNotMatch(int start, int length)
    {
        var encoding = bytes.Encode("<|im_end|>", new ContentSpan(start, length));
        Assert.DoesNotContain(TinyTokenizers.EndId, encoding.Ids);
        Assert.Equal("<|im_end|>", bytes.Decode(encoding.Ids, skipSpecial: true));
    }

    [Fact]
    public void Encode_ContentThatMergesCouldMakeControl_StaysText()
    {
        foreach (var text in (string[])["<s>", "</s>", "<unk>", "<0x0A>", "a<s>b"])
        {
            var encoding = characters.Encode(text, new ContentSpan(0, text.Length));
            Assert.DoesNotContain(encoding.Ids, characters.IsSpecial);
            Assert.Equal(text, characters.Decode(encoding.Ids, skipSpecial: true));
        }
    }

    [Fact]
    public void Encode_HarmlessContent_HasTheIdsItHasWithoutSpans()
    {
        const string Text = "<|im_start|>hello the  cat123 naïve<|im_end|>";
        var plain = bytes.Encode(Text);
        Assert.Equal(plain.Ids, bytes.Encode(Text, new ContentSpan(12, 23)).Ids);
        Assert.Equal(plain.Ids, bytes.Encode(Text, new ContentSpan(12, 3), new ContentSpan(15, 4), new ContentSpan(25, 5)).Ids);
    }

    [Fact]
    public void Encode_RunsOfWhiteSpaceAddedAsPlainTokens_MatchInContentToo()
    {
        var file = TinyTokenizers.ByteLevel();
        file["added_tokens"]!.AsArray().Add(TinyTokenizers.Added(400, "     ", special: false));
        var tokenizer = TinyTokenizers.Load(file);
        Assert.Contains(400, tokenizer.Encode("x     y", new ContentSpan(0, 7)).Ids);
        Assert.Equal("x     y", tokenizer.Decode(tokenizer.Encode("x     y").Ids, skipSpecial: true));
    }

    [Fact]
    public void Encode_StrippingAndSingleWordTokens_FollowTheirFlags()
    {
        var file = TinyTokenizers.ByteLevel();
        var added = file["added_tokens"]!.AsArray();
        added.Add(TinyTokenizers.Added(400, "<l>", special: true, lstrip: true));
        added.Add(TinyTokenizers.Added(401, "<r>", special: true, rstrip: true));
        added.Add(TinyTokenizers.Added(402, "word", special: true, singleWord: true));
        var tokenizer = TinyTokenizers.Load(file);
        var encoding = tokenizer.Encode("a  <l><r>  b");
        Assert.Equal([tokenizer.IdOf("a")!.Value, 400, 401, tokenizer.IdOf("b")!.Value], encoding.Ids);
        Assert.Equal([1, 6, 11, 12], encoding.Offsets);
        Assert.Contains(402, tokenizer.Encode("a word.").Ids);
        Assert.DoesNotContain(402, tokenizer.Encode("a words").Ids);
        Assert.DoesNotContain(402, tokenizer.Encode("sword").Ids);
    }

    [Fact]
    public void Encode_LongestAddedToken_Wins_UnlessItTouchesContent()
    {
        var file = TinyTokenizers.ByteLevel();
        var added = file["added_tokens"]!.AsArray();
        added.Add(TinyTokenizers.Added(400, "<a>", special: true));
        added.Add(TinyTokenizers.Added(401, "<a>b", special: true));
        var tokenizer = TinyTokenizers.Load(file);
        Assert.Equal([401], tokenizer.Encode("<a>b").Ids);
        Assert.Equal([400, tokenizer.IdOf("b")!.Value], tokenizer.Encode("<a>b", new ContentSpan(3, 1)).Ids);
    }

    [Fact]
    public void EncodeWithSpecials_TemplateProcessing_PutsItsIdsAround()
    {
        Assert.Equal([1], characters.PrefixIds);
        Assert.Equal(1, characters.EncodeWithSpecials("hello").Ids[0]);
        Assert.Equal("▁hello", characters.TokenOf(characters.EncodeWithSpecials("hello").Ids[1]));
        Assert.Equal("<s> hello", characters.Decode(characters.EncodeWithSpecials("hello").Ids, skipSpecial: false));
        Assert.Equal("hello", characters.Decode(characters.EncodeWithSpecials("hello").Ids, skipSpecial: true));
    }

    [Fact]
    public void Encode_LoneSurrogates_CountAsReplacementCharacters()
    {
        Assert.Equal("a\uFFFDb\uFFFD", bytes.Decode(bytes.Encode("a\uD83Db\uDE00").Ids, skipSpecial: false));
        Assert.Equal("a\uFFFDb", characters.Decode(characters.Encode("a\uDE00b").Ids, skipSpecial: false));
    }

    [Fact]
    public void Encode_CharacterOverSeveralTokens_CountsWholeForTheFirst()
    {
        var encoding = bytes.Encode("a🦙b");
        Assert.Equal([1, 3, 3, 3, 3, 4], encoding.Offsets);
        Assert.True(encoding.LiesInside(1, new ContentSpan(1, 2)));
        Assert.False(encoding.LiesInside(5, new ContentSpan(1, 2)));
        Assert.Equal([1, 2, 3], bytes.Encode("aéb").Offsets);
        Assert.Equal([1, 3, 4], bytes.Encode("ae\u0301b").Offsets);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(0, 6)]
    [InlineData(4, 2)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void Encode_SpanOutsideTheText_IsRefused(int start, int length) =>
        Assert.Throws<ArgumentException>(() => bytes.Encode("hello", new ContentSpan(start, length)));

    [Fact]
    public void Encode_UnsortedSpans_AreRefused() =>
        Assert.Throws<ArgumentException>(() => bytes.Encode("hello", new ContentSpan(2, 2), new ContentSpan(1, 1)));

    [Fact]
    public void IdsOutsideTheVocabulary_AddNothing()
    {
        Assert.True(bytes.BytesOf(-1).IsEmpty);
        Assert.True(bytes.BytesOf(int.MaxValue).IsEmpty);
        Assert.Null(bytes.TokenOf(int.MaxValue));
        Assert.False(bytes.IsSpecial(-1));
        Assert.Null(bytes.IdOf("no such token"));
        Assert.Equal("a", bytes.Decode([-1, bytes.IdOf("a")!.Value, 100_000], skipSpecial: false));
    }

    [Fact]
    public void Encode_ManyThreads_AgreeWithOne()
    {
        var texts = Enumerable.Range(0, 64).Select(i => $"hello the cat {i} naïve 🦙 <|im_end|> {new string('a', i * 7)}").ToArray();
        var expected = texts.Select(text => bytes.Encode(text).Ids).ToArray();
        Parallel.For(0, 512, i => Assert.Equal(expected[i % 64], bytes.Encode(texts[i % 64]).Ids));
    }
}
