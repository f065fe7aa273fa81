using System.Globalization;
using System.Text;

namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>A text in which each code point beyond the Basic Multilingual Plane is one character of the same general category.</summary>
internal sealed class ShadowText
{
    private readonly int[] indices;

    private ShadowText(char[] text, int[] indices)
    {
        Text = text;
        this.indices = indices;
    }

    /// <summary>The shadow.</summary>
    public char[] Text { get; }

    /// <summary>The shadow of a text, or null where the text is its own.</summary>
    public static ShadowText? Of(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return null;
        }

        var shadow = new char[text.Length];
        var indices = new int[text.Length + 1];
        var count = 0;
        for (var i = 0; i < text.Length;)
        {
            var rune = UnicodeClass.RuneAt(text, i, out var length);
            indices[count] = i;
            shadow[count++] = rune.IsBmp ? text[i] : StandIn(Rune.GetUnicodeCategory(rune));
            i += length;
        }

        indices[count] = text.Length;
        Array.Resize(ref shadow, count);
        return new ShadowText(shadow, indices);
    }

    /// <summary>The place in the text of a place in the shadow.</summary>
    public int OriginalIndex(int index) => indices[index];

    // Rare characters that no published pattern names, one for each category that exists beyond the plane.
    private static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\uA640',
        UnicodeCategory.LowercaseLetter => '\uA641',
        UnicodeCategory.ModifierLetter => '\uA717',
        UnicodeCategory.OtherLetter => '\uA000',
        UnicodeCategory.NonSpacingMark => '\uA66F',
        UnicodeCategory.SpacingCombiningMark => '\uA823',
        UnicodeCategory.DecimalDigitNumber => '\uA620',
        UnicodeCategory.LetterNumber => '\uA6E6',
        UnicodeCategory.OtherNumber => '\uA830',
        UnicodeCategory.DashPunctuation => '\u2E17',
        UnicodeCategory.OtherPunctuation => '\uA60D',
        UnicodeCategory.MathSymbol => '\u2A00',
        UnicodeCategory.CurrencySymbol => '\uA838',
        UnicodeCategory.ModifierSymbol => '\uA700',
        UnicodeCategory.OtherSymbol => '\uA490',
        UnicodeCategory.Format => '\uFFF9',
        UnicodeCategory.PrivateUse => '\uE000',
        _ => '\u0378',
    };
}
