using Slerp.Engine.Tokenizers;
using Slerp.Tests.Shared;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Tokenizers;

public sealed class SentencePieceTests(SharedTokenizers tokenizers, ITestOutputHelper output) : IClassFixture<SharedTokenizers>
{
    [SharedDataTheory]
    [InlineData("mistral-v1", 32000)]
    [InlineData("mistral-v3", 32768)]
    public void Encode_MistralTexts_ComeBack(string name, int size)
    {
        var tokenizer = tokenizers[name];
        Assert.Equal(size, tokenizer.VocabularySize);
        Assert.Equal([1], tokenizer.PrefixIds);
        var texts = File.ReadAllText(SharedData.Path("tokenizers", "vectors", "ggml-vocab-gpt-2.gguf.inp")).Split("\n__ggml_vocab_test__\n");
        foreach (var text in texts)
        {
            var encoding = tokenizer.Encode(text, new ContentSpan(0, text.Length));
            Assert.Equal(text, tokenizer.Decode(encoding.Ids, skipSpecial: true));
            Assert.All(encoding.Ids, id => Assert.InRange(id, 3, size - 1));
        }

        output.WriteLine($"{name}: {texts.Length} round trips; 'How are you doing?' = {string.Join(' ', tokenizer.Encode("How are you doing?").Ids)}");
    }

    /// <summary>The first published code put a dummy space after each control token; later code puts it at the start only.</summary>
    [SharedDataTheory]
    [InlineData(true, "▁", "▁Hello")]
    [InlineData(false, "▁Hello")]
    public void Encode_MistralInstruction_UsesItsControlTokens(bool isLegacy, params string[] expected)
    {
        var tokenizer = SentencePieceModel.Load(
            File.ReadAllBytes(SharedData.Path("tokenizers", "mistral_spm", "mistral_instruct_tokenizer_240323.model.v3")),
            "tokenizer.model",
            new TokenizerSettings { IsLegacy = isLegacy });
        var ids = tokenizer.Encode("<s>[INST] Hello[/INST]").Ids;
        Assert.Equal(["<s>", "[INST]", .. expected, "[/INST]"], ids.Select(id => tokenizer.TokenOf(id)));
    }
}
