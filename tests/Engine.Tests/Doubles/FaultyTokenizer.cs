using Slerp.Engine.Tokenizers;

namespace Slerp.Engine.Tests.Doubles;

/// <summary>Throws what nobody foresaw when the bytes of a token are asked for, after a number of tokens.</summary>
internal sealed class FaultyTokenizer(ITokenizer tokenizer, int goodTokens) : ITokenizer
{
    private int _left = goodTokens;

    public int VocabularySize => tokenizer.VocabularySize;

    public IReadOnlyDictionary<string, int> AddedTokens => tokenizer.AddedTokens;

    public IReadOnlyList<int> PrefixIds => tokenizer.PrefixIds;

    public IReadOnlyList<int> SuffixIds => tokenizer.SuffixIds;

    public int? IdOf(string token) => tokenizer.IdOf(token);

    public string? TokenOf(int id) => tokenizer.TokenOf(id);

    public bool IsSpecial(int id) => tokenizer.IsSpecial(id);

    public ReadOnlySpan<byte> BytesOf(int id) => _left-- > 0 ? tokenizer.BytesOf(id) : throw new InvalidOperationException("The drill's fault.");

    public Encoding Encode(string text, params ReadOnlySpan<ContentSpan> contentSpans) => tokenizer.Encode(text, contentSpans);

    public Encoding Encode(string text, ReadOnlySpan<ContentSpan> contentSpans, CancellationToken cancellationToken) => tokenizer.Encode(text, contentSpans, cancellationToken);

    public Encoding EncodeWithSpecials(string text, ReadOnlySpan<ContentSpan> contentSpans = default, CancellationToken cancellationToken = default) =>
        tokenizer.EncodeWithSpecials(text, contentSpans, cancellationToken);

    public Encoding? Continue(Encoding known, string text, ReadOnlySpan<ContentSpan> contentSpans, CancellationToken cancellationToken) =>
        tokenizer.Continue(known, text, contentSpans, cancellationToken);

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial) => tokenizer.Decode(ids, skipSpecial);

    public StreamingDetokenizer CreateDetokenizer(bool skipSpecial, bool atStart = true) => tokenizer.CreateDetokenizer(skipSpecial, atStart);
}
