using Slerp.Engine.Tokenizers;

namespace Slerp.Engine.Tests.Tokenizers;

public sealed class SentencePieceModelTests
{
    private const int Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6;

    [Fact]
    public void Encode_BestScoreFirst_LeftmostAmongEquals()
    {
        var tokenizer = Load(Model());
        Assert.Equal(["▁a", "bc", "d"], Tokens(tokenizer, "abcd"));
        Assert.Equal(["▁a", "aa", "aa", "a"], Tokens(tokenizer, "aaaaaa"));
        Assert.Equal("abcd  aaa\n🦙", tokenizer.Decode(tokenizer.Encode("abcd  aaa\n🦙").Ids, skipSpecial: true));
    }

    [Fact]
    public void Encode_ControlPieces_MatchInTheTemplateOnly()
    {
        var tokenizer = Load(Model());
        Assert.Equal([1], tokenizer.PrefixIds);
        Assert.Equal(["<s>", "[INST]", "▁a"], Tokens(tokenizer, "<s>[INST]a"));
        var ids = tokenizer.Encode("<s>[INST]<s>", new ContentSpan(3, 9)).Ids;
        Assert.Equal("<s>", tokenizer.TokenOf(ids[0]));
        Assert.DoesNotContain(ids[1..], id => tokenizer.IsSpecial(id) || id == tokenizer.IdOf("[USER]"));
        Assert.Contains("[USER]", Tokens(tokenizer, "a[USER]"));
        Assert.DoesNotContain("[USER]", tokenizer.Encode("a[USER]", new ContentSpan(0, 7)).Ids.Select(id => tokenizer.TokenOf(id)));
    }

    [Fact]
    public void Encode_ByteSpelledOut_StaysText()
    {
        var tokenizer = Load(Model());
        Assert.Equal("<0x0A>", tokenizer.Decode(tokenizer.Encode("<0x0A>").Ids, skipSpecial: true));
        Assert.Equal("\n"u8, tokenizer.BytesOf(tokenizer.IdOf("<0x0A>")!.Value));
    }

    [Fact]
    public void Encode_ExtraSpaces_CollapseWhereTheModelSaysSo()
    {
        var tokenizer = Load(Model(removesExtraSpaces: true));
        var encoding = tokenizer.Encode("  a   b ");
        Assert.Equal("a b", tokenizer.Decode(encoding.Ids, skipSpecial: true));
        Assert.Equal(7, encoding.Offsets[^1]);
    }

    [Theory]
    [InlineData("unigram", "model_type")]
    [InlineData("charmap", "nmt_nfkc")]
    [InlineData("unused", "pieces")]
    [InlineData("nan", "pieces")]
    [InlineData("suffix", "treat_whitespace_as_suffix")]
    [InlineData("duplicate", "stands twice")]
    [InlineData("empty", "no pieces")]
    [InlineData("long", "characters")]
    [InlineData("text", "not a valid message")]
    [InlineData("group", "wire type")]
    public void Load_WhatIsNotSupported_IsRefusedByName(string kind, string expected)
    {
        var writer = new ProtobufWriter();
        Piece(writer, "<unk>", 0, Unknown);
        writer = kind switch
        {
            "unigram" => writer.Bytes(2, new ProtobufWriter().Integer(3, 1).ToArray()),
            "charmap" => writer.Bytes(2, Trainer()).Bytes(3, new ProtobufWriter().Text(1, "nmt_nfkc").Bytes(2, [1, 2]).ToArray()),
            "unused" => Piece(writer, "a", 0, Unused).Bytes(2, Trainer()),
            "nan" => Piece(writer, "a", float.NaN, Normal).Bytes(2, Trainer()),
            "suffix" => writer.Bytes(2, new ProtobufWriter().Integer(3, 2).Integer(24, 1).ToArray()),
            "duplicate" => Piece(writer, "<unk>", 0, Normal).Bytes(2, Trainer()),
            "empty" => new ProtobufWriter().Bytes(2, Trainer()),
            "long" => Piece(writer, new string('a', 200), 0, Normal).Bytes(2, Trainer()),
            "group" => new ProtobufWriter().Integer(1, 0).Float(2, 0),
            _ => new ProtobufWriter().Text(9, "not a model"),
        };
        var bytes = kind switch
        {
            "group" => [0x0B],
            "text" => "{\"json\": 1}"u8.ToArray(),
            _ => writer.ToArray(),
        };
        var error = Assert.Throws<CheckpointException>(() => SentencePieceModel.Load(bytes, "tokenizer.model"));
        Assert.Equal("tokenizer.model", error.File);
        Assert.Contains(expected == "pieces" ? "piece" : expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AnyTruncation_IsReadOrRefused()
    {
        var whole = Model();
        for (var length = 0; length < whole.Length; length++)
        {
            try
            {
                SentencePieceModel.Load(whole.AsMemory(0, length), "tokenizer.model");
            }
            catch (CheckpointException exception)
            {
                Assert.Equal("tokenizer.model", exception.File);
            }
        }
    }

    private static ITokenizer Load(byte[] bytes) => SentencePieceModel.Load(bytes, "tokenizer.model");

    private static IEnumerable<string?> Tokens(ITokenizer tokenizer, string text) => tokenizer.Encode(text).Ids.Select(id => tokenizer.TokenOf(id));

    private static byte[] Model(bool removesExtraSpaces = false)
    {
        var writer = new ProtobufWriter();
        Piece(writer, "<unk>", 0, Unknown);
        Piece(writer, "<s>", 0, Control);
        Piece(writer, "</s>", 0, Control);
        Piece(writer, "[INST]", 0, Control);
        Piece(writer, "[USER]", 0, UserDefined);
        for (var value = 0; value < 256; value++)
        {
            Piece(writer, $"<0x{value:X2}>", 0, Byte);
        }

        string[] pieces = ["bc", "▁a", "aa", "ab", "<s", "▁", "a", "b", "c", "d", "<", "s", ">", "[", "]", "U", "S", "E", "R", "I", "N", "T", "0", "x", "A"];
        for (var i = 0; i < pieces.Length; i++)
        {
            Piece(writer, pieces[i], -i, Normal);
        }

        writer.Bytes(2, Trainer());
        return writer.Bytes(3, new ProtobufWriter().Text(1, "identity").Integer(4, removesExtraSpaces ? 1 : 0).ToArray()).ToArray();
    }

    private static byte[] Trainer() => new ProtobufWriter().Integer(3, 2).Integer(35, 1).ToArray();

    private static ProtobufWriter Piece(ProtobufWriter writer, string text, float score, int kind) =>
        writer.Bytes(1, new ProtobufWriter().Text(1, text).Float(2, score).Integer(3, kind).ToArray());
}
