using System.Buffers;

namespace Slerp.Engine.Tokenizers;

/// <summary>The pipeline every import ends in: added tokens, normaliser, pre-tokenizer, byte-pair model.</summary>
/// <remarks>
/// <para>Added tokens are cut out first, as strings and outside content only; what lies between them is normalised and cut once, across
/// content borders, so harmless content gets the ids it has without spans. The model's merges cannot make an added token.</para>
/// <para>Immutable, thread-safe.</para>
/// </remarks>
internal sealed class Tokenizer : ITokenizer
{
    private readonly TokenizerParts parts;
    private readonly TokenSpellings spellings;
    private readonly AddedTokenMatcher literalMatcher;
    private readonly AddedTokenMatcher normalizedMatcher;

    /// <summary>Joins the parts.</summary>
    public Tokenizer(TokenizerParts parts)
    {
        this.parts = parts;
        spellings = new TokenSpellings(parts.Vocabulary, parts.Decoding);
        var added = parts.Vocabulary.AddedTokens;
        AddedTokens = added.ToDictionary(token => token.Content, token => token.Id, StringComparer.Ordinal);
        literalMatcher = new AddedTokenMatcher(
            added.Where(token => !token.Normalized).Select(token => KeyValuePair.Create(token.Content, token)));
        normalizedMatcher = new AddedTokenMatcher(
            added.Where(token => token.Normalized).Select(token => KeyValuePair.Create(NormalizedPattern(token), token)));
    }

    /// <inheritdoc/>
    public int VocabularySize => spellings.Size;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, int> AddedTokens { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> PrefixIds => parts.PrefixIds;

    /// <inheritdoc/>
    public IReadOnlyList<int> SuffixIds => parts.SuffixIds;

    /// <inheritdoc/>
    public int? IdOf(string token) => parts.Vocabulary.IdOf(token);

    /// <inheritdoc/>
    public string? TokenOf(int id) => spellings.TokenOf(id);

    /// <inheritdoc/>
    public bool IsSpecial(int id) => spellings.IsSpecial(id);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> BytesOf(int id) => spellings.BytesOf(id);

    /// <inheritdoc/>
    public Encoding Encode(string text, params ReadOnlySpan<ContentSpan> contentSpans) => Encode(text, contentSpans, CancellationToken.None);

    /// <inheritdoc/>
    public Encoding Encode(string text, ReadOnlySpan<ContentSpan> contentSpans, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        var result = new TokenList(cancellationToken);
        Encode(text, contentSpans, 0, result);
        return result.ToEncoding();
    }

    /// <inheritdoc/>
    public Encoding? Continue(Encoding known, string text, ReadOnlySpan<ContentSpan> contentSpans, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(text);
        var start = known.Offsets.Length == 0 ? 0 : known.Offsets[^1];
        if (!literalMatcher.TryFind(new AlignedText(text, 0), new ContentMap(contentSpans, text.Length), start, out var match) || match.Start != start)
        {
            return null;
        }

        var result = new TokenList(cancellationToken);
        for (var index = 0; index < known.Ids.Length; index++)
        {
            result.Add(known.Ids[index], known.Offsets[index]);
        }

        Encode(text, contentSpans, start, result);
        return result.ToEncoding();
    }

    /// <inheritdoc/>
    public Encoding EncodeWithSpecials(string text, ReadOnlySpan<ContentSpan> contentSpans = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        var result = new TokenList(cancellationToken);
        foreach (var id in parts.PrefixIds)
        {
            result.Add(id, 0);
        }

        Encode(text, contentSpans, 0, result);
        foreach (var id in parts.SuffixIds)
        {
            result.Add(id, text.Length);
        }

        return result.ToEncoding();
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var leadingSpaces = parts.Decoding.LeadingSpaces;
        foreach (var id in ids)
        {
            if (!skipSpecial || !spellings.IsSpecial(id))
            {
                bytes.Write(StreamingDetokenizer.DropLeadingSpaces(spellings.BytesOf(id), ref leadingSpaces));
            }
        }

        return System.Text.Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <inheritdoc/>
    public StreamingDetokenizer CreateDetokenizer(bool skipSpecial, bool atStart = true) =>
        new(spellings, atStart ? parts.Decoding.LeadingSpaces : 0, skipSpecial);

    private string NormalizedPattern(AddedToken token) => parts.MatchesNormalizedLiterally || parts.Normalizer is null
        ? token.Content
        : parts.Normalizer.Normalize(new AlignedText(token.Content, 0)).Text;

    private void Encode(string text, ReadOnlySpan<ContentSpan> contentSpans, int start, TokenList result)
    {
        var content = new ContentMap(contentSpans, text.Length);
        var whole = new AlignedText(ReplaceLoneSurrogates(text), 0);
        var position = start;
        while (!literalMatcher.IsEmpty && literalMatcher.TryFind(whole, content, position, out var match))
        {
            result.Cancellation.ThrowIfCancellationRequested();
            EncodeSegment(whole.Text[position..match.Start], position, content, result);
            result.Add(match.Token.Id, match.End);
            position = match.End;
        }

        EncodeSegment(position == 0 ? whole.Text : whole.Text[position..], position, content, result);
    }

    private void EncodeSegment(string segment, int origin, ContentMap content, TokenList result)
    {
        if (segment.Length == 0)
        {
            return;
        }

        result.Cancellation.ThrowIfCancellationRequested();
        var text = new AlignedText(segment, origin);
        text = parts.Normalizer?.Normalize(text) ?? text;
        var position = 0;
        while (!normalizedMatcher.IsEmpty && normalizedMatcher.TryFind(text, content, position, out var match))
        {
            EncodePiece(new TextPiece(text, position, match.Start - position), result);
            result.Add(match.Token.Id, text.EndOf(match.End - 1));
            position = match.End;
        }

        EncodePiece(new TextPiece(text, position, text.Text.Length - position), result);
    }

    private void EncodePiece(TextPiece piece, TokenList result)
    {
        if (piece.Length == 0)
        {
            return;
        }

        if (parts.PreTokenizer is null)
        {
            result.AddTokensOf(piece, parts.Model);
            return;
        }

        var pieces = new List<TextPiece>();
        parts.PreTokenizer.Split(piece, pieces, result.Cancellation);
        foreach (var part in pieces)
        {
            result.AddTokensOf(part, parts.Model);
        }
    }

    private static string ReplaceLoneSurrogates(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return text;
        }

        return string.Create(text.Length, text, static (characters, source) =>
        {
            source.CopyTo(characters);
            for (var i = 0; i < characters.Length;)
            {
                if (System.Text.Rune.DecodeFromUtf16(characters[i..], out _, out var length) != OperationStatus.Done)
                {
                    characters[i] = '\uFFFD';
                }

                i += length;
            }
        });
    }
}
