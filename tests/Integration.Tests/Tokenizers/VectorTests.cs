using System.Text.Json;
using Slerp.Engine.Tokenizers;
using Slerp.Tests.Shared;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Tokenizers;

/// <summary>Ids equal to those of the published tokenizers.</summary>
public sealed class VectorTests(SharedTokenizers tokenizers, ITestOutputHelper output) : IClassFixture<SharedTokenizers>
{
    private const string Separator = "\n__ggml_vocab_test__\n";

    [SharedDataTheory]
    [InlineData("gpt2", "gpt-2")]
    [InlineData("qwen2", "qwen2")]
    public void Encode_LlamaCppTexts_EqualIds(string name, string file)
    {
        var tokenizer = tokenizers[name];
        var texts = File.ReadAllText(SharedData.Path("tokenizers", "vectors", $"ggml-vocab-{file}.gguf.inp")).Split(Separator);
        var lines = File.ReadAllText(SharedData.Path("tokenizers", "vectors", $"ggml-vocab-{file}.gguf.out")).Split('\n');
        var equal = 0;
        for (var i = 0; i < texts.Length; i++)
        {
            var expected = lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse);
            // The vectors parse no added token: the whole text is content.
            var encoding = tokenizer.Encode(texts[i], new ContentSpan(0, texts[i].Length));
            Assert.Equal(expected, encoding.Ids);
            Assert.Equal(texts[i], tokenizer.Decode(encoding.Ids, skipSpecial: false));
            equal++;
        }

        output.WriteLine($"{name}: {equal} of {texts.Length} texts equal");
        Assert.Equal(47, equal);
    }

    [SharedDataTheory]
    [InlineData("gpt2", "gpt2", "openai-community/gpt2")]
    [InlineData("gpt2", "gpt2", "Xenova/gpt2")]
    [InlineData("qwen2", "qwen2", "Xenova/Qwen1.5-0.5B-Chat")]
    public void Encode_TransformersJsTexts_EqualIds(string name, string file, string model)
    {
        var tokenizer = tokenizers[name];
        using var document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("tokenizers", "transformers.js_vectors", $"{file}.json")));
        var failures = new List<string>();
        var cases = 0;
        foreach (var test in document.RootElement.GetProperty(model).EnumerateObject())
        {
            cases++;
            var text = test.Value.GetProperty("text").GetString()!;
            var expected = test.Value.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            var ids = tokenizer.EncodeWithSpecials(text).Ids;
            if (!ids.SequenceEqual(expected))
            {
                failures.Add($"{test.Name}: expected {string.Join(' ', expected)}, found {string.Join(' ', ids)}");
            }
        }

        output.WriteLine($"{model}: {cases - failures.Count} of {cases} cases equal");
        Assert.Empty(failures);
    }

    [SharedDataTheory]
    [InlineData("stories260K")]
    [InlineData("stories260K-model")]
    public void Encode_GoldenPrompts_EqualIds(string name)
    {
        var tokenizer = tokenizers[name];
        var stories = StoriesGolden.ReadAll();
        foreach (var story in stories)
        {
            Assert.Equal(story.Case.Ids, tokenizer.EncodeWithSpecials(story.Prompt).Ids);
            Assert.Equal(story.Prompt, tokenizer.Decode(story.Case.Ids, skipSpecial: true));
        }

        output.WriteLine($"{name}: {stories.Count} prompts equal");
    }
}
