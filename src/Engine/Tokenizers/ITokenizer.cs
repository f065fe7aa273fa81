namespace Slerp.Engine.Tokenizers;

/// <summary>Text to token ids and back.</summary>
/// <remarks>Immutable once built and safe for any number of threads. A <see cref="StreamingDetokenizer"/> belongs to one reader.</remarks>
internal interface ITokenizer
{
    /// <summary>The highest token id plus one: the model needs at least as many embedding rows.</summary>
    int VocabularySize { get; }

    /// <summary>The tokens matched as whole strings before the model splits text, special ones and others, with their ids.</summary>
    IReadOnlyDictionary<string, int> AddedTokens { get; }

    /// <summary>The ids the checkpoint puts before a text, usually a beginning-of-sequence token; empty if it adds none.</summary>
    IReadOnlyList<int> PrefixIds { get; }

    /// <summary>The ids the checkpoint puts after a text; empty if it adds none.</summary>
    IReadOnlyList<int> SuffixIds { get; }

    /// <summary>The id of a token by its exact spelling in the vocabulary, or null.</summary>
    int? IdOf(string token);

    /// <summary>The spelling of a token in the vocabulary, or null where the id is unused.</summary>
    string? TokenOf(int id);

    /// <summary>Whether the token is flagged special: it steers the model and is no part of the text.</summary>
    bool IsSpecial(int id);

    /// <summary>The UTF-8 bytes a token adds to a text; perhaps a part of a character, empty where the id is unused.</summary>
    ReadOnlySpan<byte> BytesOf(int id);

    /// <summary>Splits a text into tokens. Adds neither <see cref="PrefixIds"/> nor <see cref="SuffixIds"/>.</summary>
    /// <param name="text">The text; lone surrogates count as U+FFFD.</param>
    /// <param name="contentSpans">Sorted, disjoint ranges where added tokens are never matched, wholly or in part.</param>
    /// <exception cref="ArgumentException">The spans overlap, are unsorted or leave the text.</exception>
    Encoding Encode(string text, params ReadOnlySpan<ContentSpan> contentSpans);

    /// <summary>As the other, until it is cancelled.</summary>
    /// <param name="text">The text.</param>
    /// <param name="contentSpans">The ranges.</param>
    /// <param name="cancellationToken">Asked at every piece of the text.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before the text's end.</exception>
    Encoding Encode(string text, ReadOnlySpan<ContentSpan> contentSpans, CancellationToken cancellationToken);

    /// <summary>The tokens of a text whose beginning is already known as tokens, perhaps other ones than <see cref="Encode(string, ReadOnlySpan{ContentSpan})"/> would choose.</summary>
    /// <param name="known">The tokens of the beginning; the last offset says how far it reaches.</param>
    /// <param name="text">The whole text.</param>
    /// <param name="contentSpans">As for <see cref="Encode(string, ReadOnlySpan{ContentSpan})"/>, over the whole text.</param>
    /// <param name="cancellationToken">As for <see cref="Encode(string, ReadOnlySpan{ContentSpan}, CancellationToken)"/>.</param>
    /// <returns>The tokens of the whole, or null where an added token does not follow at once: only there is a cut without consequences.</returns>
    Encoding? Continue(Encoding known, string text, ReadOnlySpan<ContentSpan> contentSpans, CancellationToken cancellationToken);

    /// <summary>As <see cref="Encode(string, ReadOnlySpan{ContentSpan})"/>, between <see cref="PrefixIds"/> and <see cref="SuffixIds"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="contentSpans">The ranges.</param>
    /// <param name="cancellationToken">Asked at every piece of the text.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before the text's end.</exception>
    Encoding EncodeWithSpecials(string text, ReadOnlySpan<ContentSpan> contentSpans = default, CancellationToken cancellationToken = default);

    /// <summary>The text of a run of tokens; bytes that are not UTF-8 become U+FFFD.</summary>
    string Decode(ReadOnlySpan<int> ids, bool skipSpecial);

    /// <summary>A reader that turns tokens into text as they arrive.</summary>
    /// <param name="skipSpecial">Whether special tokens add nothing.</param>
    /// <param name="atStart">Whether the tokens are the beginning of a text, where a tokenizer that puts a space before every text drops it again.</param>
    StreamingDetokenizer CreateDetokenizer(bool skipSpecial, bool atStart = true);
}
