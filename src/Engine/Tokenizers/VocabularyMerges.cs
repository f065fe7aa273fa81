using Slerp.Engine.Tokenizers.Import;
using Slerp.Engine.Tokenizers.Merging;
using Slerp.Engine.Tokenizers.Normalization;
using Slerp.Engine.Tokenizers.PreTokenization;

namespace Slerp.Engine.Tokenizers;

/// <summary>Reads <c>vocab.json</c> with <c>merges.txt</c>, the older form of a byte-level vocabulary.</summary>
/// <remarks>The two files do not say how text is cut; the class named in <c>tokenizer_config.json</c> does.</remarks>
internal static class VocabularyMerges
{
    private const string KnownClasses = "GPT2Tokenizer, Qwen2Tokenizer (each also …Fast)";

    /// <summary>Builds the tokenizer of the files.</summary>
    /// <param name="vocabularyJson">The bytes of <c>vocab.json</c>.</param>
    /// <param name="mergesText">The bytes of <c>merges.txt</c>.</param>
    /// <param name="settings">What <c>tokenizer_config.json</c> says.</param>
    /// <param name="directory">Where the files lie, for messages.</param>
    /// <exception cref="CheckpointException">A file is malformed, or the tokenizer class is unknown.</exception>
    public static ITokenizer Load(
        ReadOnlyMemory<byte> vocabularyJson, ReadOnlyMemory<byte> mergesText, TokenizerSettings settings, string directory)
    {
        var vocabularyFile = Path.Combine(directory, "vocab.json");
        var vocabulary = ReadVocabulary(vocabularyJson, settings, vocabularyFile);
        var isForbidden = ModelJson.ForbiddenIds(vocabulary, byteFallback: false);
        var merges = ReadMerges(mergesText, vocabulary, isForbidden, Path.Combine(directory, "merges.txt"));
        var (normalizer, scanner) = Cutting(settings, directory);
        var cut = new SplitPreTokenizer(scanner, SplitBehavior.Isolated);
        return new Tokenizer(new TokenizerParts
        {
            Vocabulary = vocabulary,
            Model = new BytePairEncoder(new ByteSymbols(vocabulary, unknownId: -1, vocabularyFile), merges, wholeWords: null),
            Normalizer = normalizer,
            PreTokenizer = settings.AddsPrefixSpace
                ? new PreTokenizerSequence([new ByteLevelPreTokenizer(addsPrefixSpace: true, splits: false, vocabularyFile), cut])
                : cut,
            Decoding = new DecodingRules { ByteLevel = true },
        });
    }

    private static Vocabulary ReadVocabulary(ReadOnlyMemory<byte> json, TokenizerSettings settings, string fileName)
    {
        using var document = JsonField.Parse(json, fileName);
        var vocabulary = new Vocabulary(fileName);
        foreach (var (token, id) in JsonField.Root(document, fileName).Members())
        {
            vocabulary.Add(token, id.Integer(), id.Path);
        }

        foreach (var token in settings.AddedTokens)
        {
            vocabulary.Add(token, new FieldPath(new FieldPath(null, "added_tokens_decoder"), token.Id));
        }

        return vocabulary.Size > 0 ? vocabulary : throw new CheckpointException(fileName, "no tokens.");
    }

    private static MergeTable ReadMerges(ReadOnlyMemory<byte> text, Vocabulary vocabulary, Func<int, bool> isForbidden, string fileName)
    {
        if (!System.Text.Unicode.Utf8.IsValid(text.Span))
        {
            throw new CheckpointException(fileName, "not UTF-8.");
        }

        var merges = new MergeTable(0);
        var line = 0;
        var rank = 0;
        foreach (var raw in System.Text.Encoding.UTF8.GetString(text.Span).Split('\n'))
        {
            line++;
            var rule = raw.TrimEnd('\r');
            if (rule.Length == 0 || (line == 1 && rule.StartsWith("#version", StringComparison.Ordinal)))
            {
                continue;
            }

            if (rule.Split(' ') is not [{ Length: > 0 } left, { Length: > 0 } right])
            {
                throw new CheckpointException(fileName, $"line {line}: '{Vocabulary.Shorten(rule)}'; expected two tokens with one space between them.");
            }

            MergeRule.Add(merges, vocabulary, left, right, rank++, isForbidden, new FieldPath(null, $"line {line}"), fileName);
        }

        return merges;
    }

    private static (INormalizer? Normalizer, IPatternScanner Scanner) Cutting(TokenizerSettings settings, string directory)
    {
        var fileName = Path.Combine(directory, "tokenizer_config.json");
        return settings.TokenizerClass switch
        {
            "Qwen2Tokenizer" or "Qwen2TokenizerFast" =>
                (new UnicodeNormalizer(compose: true, compatibility: false, fileName), new WordAndNumberScanner(numbersPerPiece: 1)),
            "GPT2Tokenizer" or "GPT2TokenizerFast" => (null, new GptTwoScanner()),
            _ => throw new CheckpointException(
                fileName,
                $"tokenizer_class is '{Vocabulary.Shorten(settings.TokenizerClass ?? "absent")}', so how vocab.json cuts text is unknown. "
                + $"Known: {KnownClasses}. Provide tokenizer.json instead."),
        };
    }
}
