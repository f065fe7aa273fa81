using System.Text.Json;
using System.Text.Json.Nodes;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine.Tests.Tokenizers;

public sealed class TokenizerJsonTests
{
    public static TheoryData<string, string, string> Broken => new()
    {
        { "model", "3", "model" },
        { "model.type", "\"Unigram\"", "model.type: 'Unigram'" },
        { "model.vocab", "[]", "model.vocab" },
        { "model.vocab", "{}", "model.vocab" },
        { "model.vocab", "{\"a\": 0, \"b\": 0}", "model.vocab.b: the id 0" },
        { "model.vocab", "{\"a\": 1.5}", "model.vocab.a" },
        { "model.vocab", "{\"a\": -1}", "model.vocab.a: the id -1" },
        { "model.vocab", "{\"a\": 2147483647}", "model.vocab.a: the id 2147483647" },
        { "model.vocab", "{\"\\ud800\": 1}", "not strict JSON" },
        { "model.merges", "[\"a c\"]", "model.merges[0]: 'ac'" },
        { "model.merges", "[\"ab\"]", "model.merges[0]" },
        { "model.merges", "[\"a  b\"]", "model.merges[0]" },
        { "model.merges", "[[\"a\"]]", "model.merges[0]" },
        { "model.merges", "[[\"a\", 1]]", "model.merges[0][1]" },
        { "model.unk_token", "\"<none>\"", "model.unk_token" },
        { "model.dropout", "0.1", "model.dropout" },
        { "model.end_of_word_suffix", "\"</w>\"", "model.end_of_word_suffix" },
        { "model.byte_fallback", "true", "model.byte_fallback" },
        { "model.byte_fallback", "1", "model.byte_fallback" },
        { "added_tokens", "[{\"id\": 9, \"content\": \"\"}]", "added_tokens[0].content" },
        { "added_tokens", "[{\"id\": 9, \"content\": \"x\"}, {\"id\": 9, \"content\": \"y\"}]", "added_tokens[1]" },
        { "added_tokens", "[{\"id\": 9, \"content\": \"a\"}]", "added_tokens[0].id" },
        { "added_tokens", "[{\"id\": 4294967296, \"content\": \"x\"}]", "added_tokens[0]" },
        { "normalizer", "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"!!!\"}", "normalizer.type: 'Precompiled'" },
        { "normalizer", "{\"type\": \"Replace\", \"pattern\": {\"String\": \"\"}, \"content\": \"x\"}", "normalizer.pattern.String" },
        { "normalizer", "{}", "normalizer.type is missing" },
        { "pre_tokenizer", "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"(\"}, \"behavior\": \"Isolated\"}", "pre_tokenizer.pattern.Regex" },
        { "pre_tokenizer", "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"a\"}, \"behavior\": \"Sideways\"}", "pre_tokenizer.behavior" },
        { "pre_tokenizer", "{\"type\": \"BertPreTokenizer\"}", "pre_tokenizer.type: 'BertPreTokenizer'" },
        { "decoder", "{\"type\": \"WordPiece\"}", "decoder.type: 'WordPiece'" },
        { "decoder", "{\"type\": \"Strip\", \"content\": \" \", \"start\": 1, \"stop\": 0}", "decoder" },
        { "post_processor", "{\"type\": \"TemplateProcessing\", \"single\": [], \"special_tokens\": {}}", "post_processor.single" },
        {
            "post_processor", "{\"type\": \"TemplateProcessing\", \"single\": [{\"SpecialToken\": {\"id\": \"<z>\"}}], \"special_tokens\": {}}",
            "post_processor.single[0].SpecialToken.id"
        },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Load_BrokenField_IsRefusedByFileAndField(string field, string value, string expected)
    {
        var file = TinyTokenizers.Minimal();
        var path = field.Split('.');
        JsonNode target = path.Length == 1 ? file : file[path[0]]!;
        target[path[^1]] = "\u0001";
        var json = JsonSerializer.Serialize(file).Replace("\"\\u0001\"", value, StringComparison.Ordinal);
        var error = Assert.Throws<CheckpointException>(() => TokenizerJson.Load(System.Text.Encoding.UTF8.GetBytes(json), "some/tokenizer.json"));
        Assert.Equal("some/tokenizer.json", error.File);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\uFEFF{}")]
    [InlineData("{\"model\": {}, \"model\": {}}")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": 0, \"\\u0061\": 1}}}")]
    [InlineData("{\"model\": 1,}")]
    public void Load_NotStrictJson_IsRefusedByFile(string json) => Assert.Equal(
        "tokenizer.json",
        Assert.Throws<CheckpointException>(() => TokenizerJson.Load(System.Text.Encoding.UTF8.GetBytes(json), "tokenizer.json")).File);

    [Fact]
    public void Load_DeepNesting_IsRefused()
    {
        var json = "{\"normalizer\": " + new string('[', 20_000) + new string(']', 20_000) + "}";
        Assert.Throws<CheckpointException>(() => TokenizerJson.Load(System.Text.Encoding.UTF8.GetBytes(json), "tokenizer.json"));
    }

    [Fact]
    public void Load_AnyTruncation_IsRefused()
    {
        var whole = JsonSerializer.SerializeToUtf8Bytes(TinyTokenizers.Characters());
        for (var length = 0; length < whole.Length; length += 7)
        {
            Assert.Throws<CheckpointException>(() => TokenizerJson.Load(whole.AsMemory(0, length), "tokenizer.json"));
        }
    }

    [Fact]
    public void Encode_ReplacementsThatMultiply_EndInAnError()
    {
        var file = TinyTokenizers.Minimal();
        file["normalizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["normalizers"] = new JsonArray([.. Enumerable.Range(0, 50).Select(_ =>
                TinyTokenizers.Json("""{"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}"""))]),
        };
        Assert.Contains("normalizer", Assert.Throws<CheckpointException>(() => TinyTokenizers.Load(file).Encode("aaa")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_PatternThatBacktracks_EndsInAnError()
    {
        var tokenizer = TinyTokenizers.Load(TinyTokenizers.ByteLevel("(a+)+$"));
        Assert.Contains("too long", Assert.Throws<CheckpointException>(() => tokenizer.Encode(new string('a', 5000) + "b")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_UnknownCharacterWithoutUnknownToken_EndsInAnError() =>
        Assert.Contains("U+1F999", Assert.Throws<CheckpointException>(() => TinyTokenizers.Load(TinyTokenizers.Minimal()).Encode("a🦙")).Message, StringComparison.Ordinal);

    [Fact]
    public void Encode_IgnoredMerges_TakeWholeWordsButNoControlToken()
    {
        var file = TinyTokenizers.ByteLevel();
        file["model"]!["ignore_merges"] = true;
        file["model"]!["merges"] = new JsonArray();
        var tokenizer = TinyTokenizers.Load(file);
        Assert.Equal([tokenizer.IdOf("hello")!.Value], tokenizer.Encode("hello").Ids);
        Assert.DoesNotContain(TinyTokenizers.EndId, tokenizer.Encode("<|im_end|>", new ContentSpan(0, 10)).Ids);
        Assert.Equal([tokenizer.IdOf("Ġthe")!.Value], tokenizer.Encode(" the").Ids);
    }

    [Theory]
    [InlineData("first", "▁the▁cat", "▁the", "▁cat")]
    [InlineData("never", "the▁cat", "t", "he", "▁cat")]
    public void Encode_Metaspace_CutsBeforeEachSpace(string scheme, string spelled, params string[] expected)
    {
        var file = TinyTokenizers.Characters();
        file["normalizer"] = null;
        file["pre_tokenizer"] = new JsonObject { ["type"] = "Metaspace", ["replacement"] = "▁", ["prepend_scheme"] = scheme, ["split"] = true };
        file["decoder"] = new JsonObject { ["type"] = "Metaspace", ["replacement"] = "▁", ["prepend_scheme"] = scheme };
        var tokenizer = TinyTokenizers.Load(file);
        var ids = tokenizer.Encode("the cat").Ids;
        Assert.Equal(expected, ids.Select(id => tokenizer.TokenOf(id)));
        Assert.Equal(spelled, string.Concat(expected));
        Assert.Equal("the cat", tokenizer.Decode(ids, skipSpecial: true));
    }

    [Theory]
    [InlineData("""{"type": "Digits", "individual_digits": true}""", "123hello", "1", "2", "3", "hello")]
    [InlineData("""{"type": "Digits", "individual_digits": false}""", "123hello", "123", "hello")]
    [InlineData("""{"type": "Punctuation"}""", "<|hello", "<", "|", "hello")]
    [InlineData("""{"type": "Whitespace"}""", "<| hello", "<|", "hello")]
    [InlineData("""{"type": "WhitespaceSplit"}""", " 123  hello", "123", "hello")]
    public void Encode_CuttingRules_AreKeptByTheModel(string rule, string text, params string[] expected)
    {
        var file = TinyTokenizers.ByteLevel();
        file["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(
                TinyTokenizers.Json(rule), TinyTokenizers.Json("""{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}""")),
        };
        var tokenizer = TinyTokenizers.Load(file);
        Assert.Equal(expected, tokenizer.Encode(text).Ids.Select(id => tokenizer.TokenOf(id)));
    }
}
