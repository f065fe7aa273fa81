using System.Text.Json;
using System.Text.Json.Nodes;
using Slerp.Engine.Tokenizers;
using Slerp.Tests.Shared;

namespace Slerp.Integration.Tests.Tokenizers;

/// <summary>The published tokenizers among the outside data, each read once.</summary>
public sealed class SharedTokenizers
{
    internal ITokenizer this[string name] => name switch
    {
        "gpt2" => gptTwo.Value,
        "gpt2-codegen" => gptTwoWithSpaces.Value,
        "qwen2" => qwenTwo.Value,
        "mistral-v1" => mistralOne.Value,
        "mistral-v3" => mistralThree.Value,
        "stories260K" => stories.Value,
        "stories260K-model" => storiesModel.Value,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such tokenizer among the outside data."),
    };

    private readonly Lazy<ITokenizer> gptTwo = new(GptTwo);
    private readonly Lazy<ITokenizer> gptTwoWithSpaces = new(() => TokenizerLoader.Load(SharedData.Path("tokenizers", "gpt2")));
    private readonly Lazy<ITokenizer> qwenTwo = new(() => VocabularyMerges.Load(
        File.ReadAllBytes(SharedData.Path("tokenizers", "qwen2", "vocab.json")),
        File.ReadAllBytes(SharedData.Path("tokenizers", "qwen2", "merges.txt")),
        TokenizerSettings.Load(
            File.ReadAllBytes(SharedData.Path("tokenizers", "qwen2", "qwen2-5-vl.tokenizer_config.json")), "tokenizer_config.json"),
        "qwen2"));

    private readonly Lazy<ITokenizer> mistralOne = new(() => Model("tokenizers", "mistral_spm", "tokenizer.model.v1"));
    private readonly Lazy<ITokenizer> mistralThree = new(() => Model("tokenizers", "mistral_spm", "mistral_instruct_tokenizer_240323.model.v3"));
    private readonly Lazy<ITokenizer> stories = new(() => TokenizerLoader.Load(StoriesGolden.Folder));
    private readonly Lazy<ITokenizer> storiesModel = new(() => Model("weights", "stories260K", "tok512.model"));

    /// <summary>GPT-2 itself: the file at hand is of a descendant that added runs of white space after the last GPT-2 token.</summary>
    private static ITokenizer GptTwo()
    {
        const int LastId = 50256;
        var file = JsonNode.Parse(File.ReadAllBytes(SharedData.Path("tokenizers", "gpt2", "tokenizer.json")))!.AsObject();
        file["added_tokens"]!.AsArray().RemoveAll(token => token!["id"]!.GetValue<int>() > LastId);
        return TokenizerJson.Load(JsonSerializer.SerializeToUtf8Bytes(file), "tokenizer.json");
    }

    private static ITokenizer Model(params string[] parts) =>
        SentencePieceModel.Load(File.ReadAllBytes(SharedData.Path(parts)), parts[^1]);
}
