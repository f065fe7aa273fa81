using System.Text;
using Slerp.Engine.Tokenizers;

namespace Slerp.Benchmarks.Measuring;

/// <summary>Texts of about a given number of tokens. Two of different variants share no beginning, so that nothing is found in a cache.</summary>
internal sealed class PromptText(string folder)
{
    private static readonly string[] Words =
    [
        "river", "stone", "the", "quiet", "lamp", "a", "walked", "over", "green", "hill", "and", "people", "of", "winter", "paper", "said", "morning", "in", "small", "house",
    ];

    private readonly ITokenizer _tokenizer = TokenizerLoader.Load(folder);

    /// <summary>The longest such text of at most <paramref name="tokens"/> tokens, and of one word at least.</summary>
    public string Of(int tokens, int variant)
    {
        var text = new StringBuilder(Words[variant % Words.Length]);
        List<int> ends = [text.Length];
        var state = (uint)variant * 2654435761 + 1;
        while (ends.Count <= tokens)
        {
            state = (state * 1664525) + 1013904223;
            ends.Add(text.Append(' ').Append(Words[(state >> 16) % Words.Length]).Length);
        }

        // A word has a token at least, and a longer text no fewer: the longest that fits is found by halves.
        var whole = text.ToString();
        var (fits, exceeds) = (0, ends.Count);
        while (exceeds - fits > 1)
        {
            var middle = (fits + exceeds) / 2;
            if (_tokenizer.PrefixIds.Count + Ids(whole[..ends[middle]]).Length > tokens)
            {
                exceeds = middle;
            }
            else
            {
                fits = middle;
            }
        }

        return whole[..ends[fits]];
    }

    /// <summary>Its tokens.</summary>
    public int[] Ids(string text) => _tokenizer.Encode(text, new ContentSpan(0, text.Length)).Ids;
}
