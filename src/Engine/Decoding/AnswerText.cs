using Slerp.Engine.Tokenizers;

namespace Slerp.Engine.Decoding;

/// <summary>The text of one answer as its reader sees it: complete characters of the bytes that may be shown. Reader's side only.</summary>
/// <param name="tokenizer">What tokens spell.</param>
/// <param name="continuesText">Whether the answer goes on where a text ended: then its first space belongs to it.</param>
/// <param name="spokenTokens">Special tokens whose spelling is part of the text.</param>
internal sealed class AnswerText(ITokenizer tokenizer, bool continuesText, IReadOnlySet<int> spokenTokens)
{
    private readonly StreamingDetokenizer _detokenizer = tokenizer.CreateDetokenizer(skipSpecial: true, atStart: !continuesText);
    private readonly List<byte> _bytes = [];
    private int _bytesBefore;

    /// <summary>Adds tokens and returns the text that may be shown now and was not before.</summary>
    /// <param name="tokens">Tokens of the answer, in order.</param>
    /// <param name="visibleBytes">Bytes of the whole answer that may be shown.</param>
    public string Advance(IReadOnlyList<int> tokens, int visibleBytes)
    {
        for (var index = 0; index < tokens.Count; index++)
        {
            if (spokenTokens.Contains(tokens[index]) || !tokenizer.IsSpecial(tokens[index]))
            {
                _bytes.AddRange(tokenizer.BytesOf(tokens[index]));
            }
        }

        var count = Math.Clamp(visibleBytes - _bytesBefore, 0, _bytes.Count);
        if (count == 0)
        {
            return "";
        }

        var text = _detokenizer.AppendBytes(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes)[..count]);
        _bytes.RemoveRange(0, count);
        _bytesBefore += count;
        return text;
    }

    /// <summary>Ends the answer: what is left of an unfinished character.</summary>
    public string Flush() => _detokenizer.Flush();
}
