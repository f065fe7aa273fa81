using System.Text.Json;
using System.Text.Json.Nodes;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine.Tests.Tokenizers;

public sealed class TokenizerLoaderTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("slerp-tokenizer-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Load_NoTokenizer_NamesWhatWasLookedFor()
    {
        var error = Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(directory));
        Assert.Equal(directory, error.File);
        Assert.Contains("tokenizer.json, tokenizer.model, and vocab.json with merges.txt", error.Message, StringComparison.Ordinal);
        Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(Path.Combine(directory, "absent")));
    }

    [Fact]
    public void Load_TokenizerJson_ComesFirst()
    {
        Write("tokenizer.model", [1, 2, 3]);
        Write("tokenizer.json", JsonSerializer.SerializeToUtf8Bytes(TinyTokenizers.Characters()));
        Assert.Equal([1], TokenizerLoader.Load(directory).PrefixIds);
    }

    [Fact]
    public void Load_BrokenModel_IsNamed()
    {
        Write("tokenizer.model", [0x0B]);
        Assert.Equal(Path.Combine(directory, "tokenizer.model"), Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(directory)).File);
    }

    [Theory]
    [InlineData("Qwen2Tokenizer", "hello", "Ġthe", "1", "2", "3")]
    [InlineData("GPT2TokenizerFast", "hello", "Ġthe", "123")]
    public void Load_VocabularyAndMerges_CutAsTheClassDoes(string tokenizerClass, params string[] expected)
    {
        WriteVocabulary();
        Write("tokenizer_config.json", JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["tokenizer_class"] = tokenizerClass,
            ["added_tokens_decoder"] = new JsonObject
            {
                ["400"] = TinyTokenizers.Json("""{"content": "<|im_start|>", "special": true}"""),
                ["301"] = TinyTokenizers.Json("""{"content": "<|im_end|>", "special": true}"""),
            },
        }));
        var tokenizer = TokenizerLoader.Load(directory);
        Assert.Equal(expected, tokenizer.Encode("hello the123").Ids.Select(id => tokenizer.TokenOf(id)));
        Assert.Equal([400, 301], tokenizer.Encode("<|im_start|><|im_end|>").Ids);
        Assert.DoesNotContain(301, tokenizer.Encode("<|im_end|>", new ContentSpan(0, 10)).Ids);
    }

    [Theory]
    [InlineData("{}", "tokenizer_class is 'absent'")]
    [InlineData("{\"tokenizer_class\": \"BertTokenizer\"}", "'BertTokenizer'")]
    [InlineData("{\"tokenizer_class\": \"GPT2Tokenizer\", \"added_tokens_decoder\": {\"x\": {\"content\": \"y\"}}}", "added_tokens_decoder.x")]
    public void Load_ConfigurationThatDoesNotFit_IsRefusedByName(string configuration, string expected)
    {
        WriteVocabulary();
        Write("tokenizer_config.json", System.Text.Encoding.UTF8.GetBytes(configuration));
        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(directory)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#version: 0.2\nh e l\n", "line 2")]
    [InlineData("#version: 0.2\nh zz\n", "line 2: 'hzz'")]
    [InlineData("h\n", "line 1")]
    public void Load_BrokenMerges_NameTheLine(string merges, string expected)
    {
        WriteVocabulary();
        Write("tokenizer_config.json", "{\"tokenizer_class\": \"GPT2Tokenizer\"}"u8);
        Write("merges.txt", System.Text.Encoding.UTF8.GetBytes(merges));
        var error = Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(directory));
        Assert.EndsWith("merges.txt", error.File, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private void WriteVocabulary()
    {
        var model = TinyTokenizers.ByteLevel()["model"]!;
        Write("vocab.json", JsonSerializer.SerializeToUtf8Bytes(model["vocab"]));
        var lines = model["merges"]!.AsArray().Select(merge => $"{merge![0]} {merge[1]}");
        Write("merges.txt", System.Text.Encoding.UTF8.GetBytes("#version: 0.2\n" + string.Join('\n', lines) + "\n"));
    }

    private void Write(string name, ReadOnlySpan<byte> bytes) => File.WriteAllBytes(Path.Combine(directory, name), bytes);
}
