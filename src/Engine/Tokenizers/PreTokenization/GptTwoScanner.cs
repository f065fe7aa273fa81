using System.Text;

namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>The GPT-2 pattern, written by hand: linear, and over whole code points.</summary>
/// <remarks>
/// <para>Formula: an apostrophe and one of s t re ve m ll d; else an optional space and a run of letters, of numbers, or of neither and no
/// space; else a run of white space, less its last character where something else follows.</para>
/// <para>Source: the GPT-2 release (Radford et al. 2019).</para>
/// </remarks>
internal sealed class GptTwoScanner : ICoveringScanner
{
    /// <summary>The pattern as tokenizer files write it.</summary>
    public const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <inheritdoc/>
    public int EndAt(ReadOnlySpan<char> text, int position)
    {
        var contraction = Contraction.LengthAt(text, position, ignoreCase: false);
        if (contraction > 0)
        {
            return position + contraction;
        }

        var body = text[position] == ' ' && position + 1 < text.Length ? position + 1 : position;
        var kind = KindOf(UnicodeClass.RuneAt(text, body, out _));
        return kind == Kind.Space ? WhiteSpace.RunEnd(text, position) : RunEnd(text, body, kind);
    }

    private static int RunEnd(ReadOnlySpan<char> text, int position, Kind kind)
    {
        while (position < text.Length && KindOf(UnicodeClass.RuneAt(text, position, out var length)) == kind)
        {
            position += length;
        }

        return position;
    }

    private static Kind KindOf(Rune rune) =>
        UnicodeClass.IsLetter(rune) ? Kind.Letter
        : UnicodeClass.IsNumber(rune) ? Kind.Number
        : UnicodeClass.IsSpace(rune) ? Kind.Space
        : Kind.Other;

    private enum Kind
    {
        Letter,
        Number,
        Space,
        Other,
    }
}
