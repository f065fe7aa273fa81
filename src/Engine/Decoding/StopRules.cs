using System.Collections.Frozen;
using Slerp.Engine.Constraints;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine.Decoding;

/// <summary>When an answer ends: an end token, a stop text, or the token limit; and which bytes of it may be shown.</summary>
internal sealed class StopRules
{
    private readonly ITokenizer _tokenizer;
    private readonly IReadOnlySet<int> _endTokens;
    private readonly int _maxTokens;
    private readonly StopTexts? _stops;
    private int _bytes;

    /// <summary>Creates the rules of one answer.</summary>
    /// <param name="tokenizer">What tokens spell.</param>
    /// <param name="endTokens">Tokens that end a text and are not part of it.</param>
    /// <param name="maxTokens">Most tokens of the answer.</param>
    /// <param name="stopTexts">Texts that end the answer and are not part of it; empty ones are ignored.</param>
    /// <param name="spokenTokens">Special tokens whose spelling is part of the text; null for none.</param>
    /// <param name="reasoning">The reasoning the answer may begin with, where stop texts do not count; null where it has none.</param>
    /// <param name="mayCall">Whether it may be a call.</param>
    public StopRules(
        ITokenizer tokenizer,
        IReadOnlySet<int> endTokens,
        int maxTokens,
        IReadOnlyList<string> stopTexts,
        IReadOnlySet<int>? spokenTokens = null,
        ReasoningPart? reasoning = null,
        bool mayCall = false)
    {
        SpokenTokens = spokenTokens ?? FrozenSet<int>.Empty;
        _tokenizer = tokenizer;
        _endTokens = endTokens;
        _maxTokens = maxTokens;
        byte[][] stops = [.. stopTexts.Where(static text => text.Length > 0).Select(System.Text.Encoding.UTF8.GetBytes)];
        _stops = stops.Length > 0 ? new StopTexts(stops, reasoning, mayCall) : null;
    }

    /// <summary>Special tokens whose spelling is part of the text.</summary>
    public IReadOnlySet<int> SpokenTokens { get; }

    /// <summary>Whether it matters where free text ends: then tokens are taken with their boundary.</summary>
    public bool HasStopTexts => _stops is not null;

    /// <summary>Tokens of the answer so far, an end token not counted.</summary>
    public int Tokens { get; private set; }

    /// <summary>Bytes of the answer that may be shown: no stop text, nor the beginning of one, is among them.</summary>
    public int VisibleBytes { get; private set; }

    /// <summary>Starts over.</summary>
    public void Reset()
    {
        Tokens = 0;
        VisibleBytes = 0;
        _bytes = 0;
        _stops?.Reset();
    }

    /// <summary>Takes the next token. Returns why the answer ends with it, or null.</summary>
    /// <param name="token">The token.</param>
    /// <param name="boundary">Where free text ends in it; the default where all is free text.</param>
    public FinishReason? Take(int token, CallBoundary boundary = default)
    {
        if (_endTokens.Contains(token))
        {
            // A stop text that waited for the rest of a mark was one after all.
            VisibleBytes = _stops is { IsWaiting: true } ? _stops.VisibleBytes : _bytes;
            return FinishReason.EndOfText;
        }

        Tokens++;
        var bytes = SpokenTokens.Contains(token) || !_tokenizer.IsSpecial(token) ? _tokenizer.BytesOf(token) : default;
        _bytes += bytes.Length;
        var isStopped = _stops?.Take(bytes, boundary) ?? false;
        VisibleBytes = _stops?.VisibleBytes ?? _bytes;
        if (isStopped)
        {
            return FinishReason.StopSequence;
        }

        if (Tokens < _maxTokens)
        {
            return null;
        }

        if (_stops is { IsWaiting: true })
        {
            return FinishReason.StopSequence;
        }

        VisibleBytes = _bytes;
        return FinishReason.Length;
    }
}
