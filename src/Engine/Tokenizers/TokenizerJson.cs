using Slerp.Engine.Tokenizers.Import;

namespace Slerp.Engine.Tokenizers;

/// <summary>Reads <c>tokenizer.json</c>, the format of the Hugging Face tokenizers library.</summary>
/// <remarks>
/// Taken: BPE models, byte-level or over characters with byte fallback, and the rules their published files use. Everything else, such as
/// Unigram, WordPiece or a Precompiled normaliser, is refused by name. Untrusted input: strict JSON, bounded counts and depth.
/// </remarks>
internal static class TokenizerJson
{
    /// <summary>Builds the tokenizer of a file.</summary>
    /// <param name="utf8Json">The file's bytes.</param>
    /// <param name="fileName">The file as the user knows it, for messages.</param>
    /// <exception cref="CheckpointException">The file is malformed or asks for something unsupported; the message names the field.</exception>
    public static ITokenizer Load(ReadOnlyMemory<byte> utf8Json, string fileName)
    {
        using var document = JsonField.Parse(utf8Json, fileName);
        var root = JsonField.Root(document, fileName);
        var vocabulary = ModelJson.ReadVocabulary(root);
        var preTokenizer = PreTokenizerJson.Read(root.Optional("pre_tokenizer"));
        var (prefixIds, suffixIds) = PostProcessorJson.Read(root.Optional("post_processor"), vocabulary);
        return new Tokenizer(new TokenizerParts
        {
            Vocabulary = vocabulary,
            Model = ModelJson.Read(root.Required("model"), vocabulary, preTokenizer.IsByteLevel),
            Normalizer = NormalizerJson.Read(root.Optional("normalizer")),
            PreTokenizer = preTokenizer.Rule,
            Decoding = DecoderJson.Read(root.Optional("decoder")),
            PrefixIds = prefixIds,
            SuffixIds = suffixIds,
        });
    }
}
