using System.Buffers;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>Upper, lower and title case as Python writes them: the one-to-one mappings, and the common letters that become several.</summary>
internal static class CaseMapping
{
    private const string Expanding = "ßŉﬀﬁﬂﬃﬄﬅﬆ";
    private static readonly SearchValues<char> ExpandingLetters = SearchValues.Create(Expanding);
    private static readonly string[] Expanded = ["SS", "ʼN", "FF", "FI", "FL", "FFI", "FFL", "ST", "ST"];

    public static string Upper(string text)
    {
        var upper = text.ToUpperInvariant();
        if (upper.AsSpan().ContainsAny(ExpandingLetters))
        {
            for (var index = 0; index < Expanding.Length; index++)
            {
                upper = upper.Replace(Expanding[index].ToString(), Expanded[index], StringComparison.Ordinal);
            }
        }

        return upper;
    }

    /// <summary>A capital sigma at the end of a word becomes the final form.</summary>
    public static string Lower(string text)
    {
        var lower = text.ToLowerInvariant().Replace("İ", "i\u0307", StringComparison.Ordinal);
        return text.Contains('Σ', StringComparison.Ordinal) && lower.Length == text.Length
            ? string.Create(text.Length, (text, lower), static (target, pair) => WriteFinalSigmas(target, pair.text, pair.lower))
            : lower;
    }

    /// <summary>The first letter of a word: a capital, and small letters after it where it becomes several.</summary>
    public static string Title(char letter)
    {
        var upper = Upper(letter.ToString());
        return upper.Length == 1 ? upper : string.Concat(upper.AsSpan(0, 1), upper[1..].ToLowerInvariant());
    }

    private static void WriteFinalSigmas(Span<char> target, string text, string lower)
    {
        lower.CopyTo(target);
        for (var index = 0; index < text.Length; index++)
        {
            var endsWord = index + 1 == text.Length || !char.IsLetter(text[index + 1]);
            if (text[index] == 'Σ' && endsWord && index > 0 && char.IsLetter(text[index - 1]))
            {
                target[index] = 'ς';
            }
        }
    }
}
