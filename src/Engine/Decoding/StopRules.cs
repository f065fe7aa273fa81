using Slerp.Engine.Tokenizers;

namespace Slerp.Engine.Decoding;

/// <summary>When an answer ends: an end token, a stop text, or the token limit; and which bytes of it may be shown.</summary>
internal sealed class StopRules
{
    private readonly ITokenizer _tokenizer;
    private readonly IReadOnlySet<int> _endTokens;
    private readonly int _maxTokens;
    private readonly StopMatcher? _stops;
    private int _bytes;

    /// <summary>Creates the rules of one answer.</summary>
    /// <param name="tokenizer">What tokens spell.</param>
    /// <param name="endTokens">Tokens that end a text and are not part of it.</param>
    /// <param name="maxTokens">Most tokens of the answer.</param>
    /// <param name="stopTexts">Texts that end the answer and are not part of it; empty ones are ignored.</param>
    /// <param name="spokenToken">A special token whose spelling is part of the text; null for none.</param>
    public StopRules(ITokenizer tokenizer, IReadOnlySet<int> endTokens, int maxTokens, IReadOnlyList<string> stopTexts, int? spokenToken = null)
    {
        SpokenToken = spokenToken;
        _tokenizer = tokenizer;
        _endTokens = endTokens;
        _maxTokens = maxTokens;
        byte[][] stops = [.. stopTexts.Where(static text => text.Length > 0).Select(System.Text.Encoding.UTF8.GetBytes)];
        _stops = stops.Length > 0 ? new StopMatcher(stops) : null;
    }

    /// <summary>A special token whose spelling is part of the text; null for none.</summary>
    public int? SpokenToken { get; }

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
    public FinishReason? Take(int token)
    {
        if (_endTokens.Contains(token))
        {
            VisibleBytes = _bytes;
            return FinishReason.EndOfText;
        }

        Tokens++;
        foreach (var value in token != SpokenToken && _tokenizer.IsSpecial(token) ? [] : _tokenizer.BytesOf(token))
        {
            _bytes++;
            var stopLength = _stops?.Advance(value) ?? 0;
            if (stopLength > 0)
            {
                VisibleBytes = _bytes - stopLength;
                return FinishReason.StopSequence;
            }
        }

        if (Tokens >= _maxTokens)
        {
            VisibleBytes = _bytes;
            return FinishReason.Length;
        }

        VisibleBytes = _bytes - (_stops?.Pending ?? 0);
        return null;
    }
}
