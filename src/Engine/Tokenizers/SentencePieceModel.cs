using Slerp.Engine.Tokenizers.Import;
using Slerp.Engine.Tokenizers.Merging;
using Slerp.Engine.Tokenizers.Normalization;

namespace Slerp.Engine.Tokenizers;

/// <summary>Reads <c>tokenizer.model</c>, the format of SentencePiece, where it holds a BPE model.</summary>
/// <remarks>
/// SentencePiece joins the neighbours whose joined spelling has the best score. That is byte-pair merging with one rule for every way to cut
/// a piece in two pieces, ranked by score; equal scores share a rank. Control pieces are matched as whole strings outside content, as chat
/// templates write them; user-defined pieces likewise.
/// </remarks>
internal static class SentencePieceModel
{
    private static readonly FieldPath Pieces = new(null, "pieces");

    private const char Space = '▁';

    // Pieces are trained with at most 16 characters; every cut of a longer one would cost a look-up of its length.
    private const int MaximumMergedLength = 128;

    /// <summary>Builds the tokenizer of a file.</summary>
    /// <param name="bytes">The file's bytes.</param>
    /// <param name="fileName">The file as the user knows it, for messages.</param>
    /// <param name="settings">What <c>tokenizer_config.json</c> adds.</param>
    /// <exception cref="CheckpointException">The file is malformed or asks for something unsupported.</exception>
    public static ITokenizer Load(ReadOnlyMemory<byte> bytes, string fileName, TokenizerSettings? settings = null)
    {
        settings ??= TokenizerSettings.None;
        var file = new SentencePieceFile(bytes.Span, fileName);
        var vocabulary = ReadVocabulary(file, settings, fileName);
        var unknownId = file.Pieces.FindIndex(piece => piece.Kind == SentencePieceKind.Unknown);
        var isForbidden = ModelJson.ForbiddenIds(vocabulary, byteFallback: true);
        var symbols = new CharacterSymbols(vocabulary, file.ByteFallback, unknownId, fusesUnknown: true, isForbidden, fileName);
        var hasBeginning = settings.AddsBeginning && file.BeginningId >= 0 && file.BeginningId < file.Pieces.Count;
        return new Tokenizer(new TokenizerParts
        {
            Vocabulary = vocabulary,
            Model = new BytePairEncoder(symbols, ReadMerges(file, vocabulary, isForbidden, fileName), wholeWords: null),
            Normalizer = Normalizer(file, settings, fileName),
            MatchesNormalizedLiterally = true,
            Decoding = new DecodingRules
            {
                ByteFallback = true,
                Replacements = [KeyValuePair.Create(Space.ToString(), " ")],
                LeadingSpaces = file.AddsDummyPrefix ? 1 : 0,
            },
            PrefixIds = hasBeginning ? [(int)file.BeginningId] : [],
        });
    }

    private static Vocabulary ReadVocabulary(SentencePieceFile file, TokenizerSettings settings, string fileName)
    {
        var vocabulary = new Vocabulary(fileName);
        for (var id = 0; id < file.Pieces.Count; id++)
        {
            vocabulary.Add(file.Pieces[id].Text, id, new FieldPath(Pieces, id));
        }

        var configured = settings.AddedTokens.Select(token => token.Id).ToHashSet();
        for (var id = 0; id < file.Pieces.Count; id++)
        {
            var (text, _, kind) = file.Pieces[id];
            if (kind is SentencePieceKind.Control or SentencePieceKind.Unknown or SentencePieceKind.UserDefined && !configured.Contains(id))
            {
                var special = kind != SentencePieceKind.UserDefined;
                vocabulary.Add(new AddedToken { Id = id, Content = text, Special = special, Normalized = !special }, new FieldPath(Pieces, id));
            }
        }

        foreach (var token in settings.AddedTokens)
        {
            vocabulary.Add(token, new FieldPath(new FieldPath(null, "added_tokens_decoder"), token.Id));
        }

        return vocabulary;
    }

    private static MergeTable ReadMerges(SentencePieceFile file, Vocabulary vocabulary, Func<int, bool> isForbidden, string fileName)
    {
        var ranks = file.Pieces.Select(piece => piece.Score).Distinct().OrderDescending()
            .Select((score, rank) => KeyValuePair.Create(score, rank)).ToDictionary();
        var ids = vocabulary.BaseTokens as Dictionary<string, int> ?? vocabulary.BaseTokens.ToDictionary();
        var lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new MergeTable(file.Pieces.Count);
        for (var id = 0; id < file.Pieces.Count; id++)
        {
            var (text, score, kind) = file.Pieces[id];
            if (kind != SentencePieceKind.Normal || isForbidden(id))
            {
                continue;
            }

            if (text.Length > MaximumMergedLength)
            {
                throw new CheckpointException(fileName, $"piece {id} has {text.Length} characters; at most {MaximumMergedLength} are taken.");
            }

            for (var cut = 1; cut < text.Length; cut++)
            {
                if (lookup.TryGetValue(text.AsSpan(0, cut), out var left) && lookup.TryGetValue(text.AsSpan(cut), out var right))
                {
                    merges.Add(left, right, ranks[score], id);
                }
            }
        }

        return merges;
    }

    private static NormalizerSequence Normalizer(SentencePieceFile file, TokenizerSettings settings, string fileName)
    {
        var rules = new List<INormalizer>();
        if (file.RemovesExtraSpaces)
        {
            rules.Add(new SpaceCollapsingNormalizer(fileName));
        }

        rules.Add(new ReplaceNormalizer(" ", Space.ToString(), fileName));
        if (file.AddsDummyPrefix)
        {
            rules.Add(new PrependNormalizer(Space.ToString(), fileName, onlyAtStart: !settings.IsLegacy));
        }

        return new NormalizerSequence(rules);
    }
}
