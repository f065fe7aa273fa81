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

    /// <summary>The longest such text of at most <paramref name="tokens"/> tokens.</summary>
    public string Of(int tokens, int variant)
    {
        var text = Words[variant % Words.Length];
        var state = (uint)variant * 2654435761 + 1;
        while (true)
        {
            state = (state * 1664525) + 1013904223;
            var longer = text + " " + Words[(state >> 16) % Words.Length];
            if (_tokenizer.PrefixIds.Count + Ids(longer).Length > tokens)
            {
                return text;
            }

            text = longer;
        }
    }

    /// <summary>Its tokens.</summary>
    public int[] Ids(string text) => _tokenizer.Encode(text, new ContentSpan(0, text.Length)).Ids;
}
