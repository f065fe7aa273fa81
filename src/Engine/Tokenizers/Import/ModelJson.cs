using Slerp.Engine.Tokenizers.Merging;

namespace Slerp.Engine.Tokenizers.Import;

/// <summary>Reads <c>model</c> and <c>added_tokens</c>.</summary>
internal static class ModelJson
{
    /// <summary>All tokens of the file.</summary>
    public static Vocabulary ReadVocabulary(JsonField root)
    {
        var model = root.Required("model");
        CheckKind(model);
        var vocabulary = new Vocabulary(root.FileName);
        foreach (var (token, id) in model.Required("vocab").Members())
        {
            vocabulary.Add(token, id.Integer(), id.Path);
        }

        if (vocabulary.Size == 0)
        {
            throw new CheckpointException(root.FileName, "model.vocab has no tokens.");
        }

        if (root.Optional("added_tokens") is { } added)
        {
            foreach (var token in added.Items())
            {
                vocabulary.Add(AddedTokenJson.Read(token, token.Required("id").Integer()), token.Path);
            }
        }

        return vocabulary;
    }

    /// <summary>The model over a vocabulary.</summary>
    public static BytePairEncoder Read(JsonField model, Vocabulary vocabulary, bool isByteLevel)
    {
        var unknownId = UnknownId(model, vocabulary);
        var byteFallback = model.OptionalFlag("byte_fallback", false);
        var isForbidden = ForbiddenIds(vocabulary, byteFallback);
        ISymbolSource symbols = isByteLevel
            ? new ByteSymbols(vocabulary, unknownId, model.FileName)
            : new CharacterSymbols(
                vocabulary, byteFallback, unknownId, model.OptionalFlag("fuse_unk", false), isForbidden, model.FileName);
        if (!isByteLevel && byteFallback && unknownId < 0 && ByteTokens.Find(vocabulary).Contains(-1))
        {
            throw new CheckpointException(
                model.FileName, "model.byte_fallback is true, but model.vocab lacks some of <0x00> to <0xFF> and there is no unk_token.");
        }

        return new BytePairEncoder(
            symbols,
            ReadMerges(model, vocabulary, isForbidden),
            model.OptionalFlag("ignore_merges", false) ? WholeWords(vocabulary, isForbidden) : null);
    }

    /// <summary>The tokens that text may not become by merging: control tokens, and the spellings of single bytes.</summary>
    public static Func<int, bool> ForbiddenIds(Vocabulary vocabulary, bool byteFallback)
    {
        var bytes = byteFallback ? ByteTokens.Find(vocabulary).ToHashSet() : [];
        return id => bytes.Contains(id) || vocabulary.IsForbiddenInText(id);
    }

    private static void CheckKind(JsonField model)
    {
        if (model.OptionalText("type") is { } type && type != "BPE")
        {
            throw RuleCount.Unsupported(model, type, "BPE");
        }

        foreach (var name in (ReadOnlySpan<string>)["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (!string.IsNullOrEmpty(model.OptionalText(name)))
            {
                throw new CheckpointException(model.FileName, $"model.{name} is not supported; expected null or an empty string.");
            }
        }

        if (model.Optional("dropout") is { } dropout && dropout.Real() != 0)
        {
            throw dropout.Wrong("null or 0: leaving merges out at random is for training");
        }
    }

    private static int UnknownId(JsonField model, Vocabulary vocabulary)
    {
        if (model.OptionalText("unk_token") is not { Length: > 0 } token)
        {
            return -1;
        }

        return vocabulary.IdOf(token)
            ?? throw new CheckpointException(model.FileName, $"model.unk_token: '{Vocabulary.Shorten(token)}' is not in the vocabulary.");
    }

    private static MergeTable ReadMerges(JsonField model, Vocabulary vocabulary, Func<int, bool> isForbidden)
    {
        if (model.Optional("merges") is not { } merges)
        {
            return new MergeTable(0);
        }

        var table = new MergeTable(merges.IsArray ? merges.Length : 0);
        var rank = 0;
        foreach (var merge in merges.Items())
        {
            var (left, right) = ReadPair(merge);
            MergeRule.Add(table, vocabulary, left, right, rank++, isForbidden, merge.Path, model.FileName);
        }

        return table;
    }

    private static (string Left, string Right) ReadPair(JsonField merge)
    {
        if (merge.IsArray)
        {
            var pair = merge.Length == 2 ? merge.Items().Select(item => item.Text()).ToArray() : throw merge.Wrong("two tokens");
            return (pair[0], pair[1]);
        }

        var text = merge.Text();
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (space <= 0 || space == text.Length - 1 || text.IndexOf(' ', space + 1) >= 0)
        {
            throw merge.Wrong("two tokens with one space between them");
        }

        return (text[..space], text[(space + 1)..]);
    }

    private static Dictionary<string, int> WholeWords(Vocabulary vocabulary, Func<int, bool> isForbidden) =>
        vocabulary.BaseTokens.Where(token => !isForbidden(token.Value))
            .ToDictionary(token => token.Key, token => token.Value, StringComparer.Ordinal);
}
