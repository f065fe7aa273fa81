namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>The pattern family of Qwen2 and Llama 3, written by hand: linear, and over whole code points.</summary>
/// <remarks>
/// Formula: an English ending of any case; else a run of letters with at most one sign or space before it; else up to so many numbers;
/// else an optional space, a run of signs and the line breaks after it; else white space up to its last line break; else a run of white
/// space, less its last character where something else follows.
/// </remarks>
/// <param name="numbersPerPiece">How many numbers go into one piece: 1 in Qwen2, 3 in Llama 3.</param>
internal sealed class WordAndNumberScanner(int numbersPerPiece) : ICoveringScanner
{
    /// <summary>The Qwen2 pattern as tokenizer files write it.</summary>
    public const string QwenPattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The Llama 3 pattern as tokenizer files write it.</summary>
    public const string LlamaPattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <inheritdoc/>
    public int EndAt(ReadOnlySpan<char> text, int position)
    {
        var contraction = Contraction.LengthAt(text, position, ignoreCase: true);
        if (contraction > 0)
        {
            return position + contraction;
        }

        var first = UnicodeClass.RuneAt(text, position, out var length);
        var isLetter = UnicodeClass.IsLetter(first);
        if (isLetter || (first.Value is not ('\r' or '\n') && !UnicodeClass.IsNumber(first)))
        {
            var letters = isLetter ? position : position + length;
            var end = LettersEnd(text, letters);
            if (end > letters)
            {
                return end;
            }
        }

        return UnicodeClass.IsNumber(first) ? NumbersEnd(text, position) : SignsOrSpaceEnd(text, position);
    }

    private static int SignsOrSpaceEnd(ReadOnlySpan<char> text, int position)
    {
        var signs = text[position] == ' ' ? position + 1 : position;
        var end = SignsEnd(text, signs);
        if (end > signs)
        {
            while (end < text.Length && text[end] is '\r' or '\n')
            {
                end++;
            }

            return end;
        }

        var lineBreakEnd = WhiteSpace.LineBreakEnd(text, position);
        return lineBreakEnd > position ? lineBreakEnd : WhiteSpace.RunEnd(text, position);
    }

    private static int LettersEnd(ReadOnlySpan<char> text, int position)
    {
        while (position < text.Length && UnicodeClass.IsLetter(UnicodeClass.RuneAt(text, position, out var length)))
        {
            position += length;
        }

        return position;
    }

    private int NumbersEnd(ReadOnlySpan<char> text, int position)
    {
        for (var count = 0; count < numbersPerPiece && position < text.Length; count++)
        {
            if (!UnicodeClass.IsNumber(UnicodeClass.RuneAt(text, position, out var length)))
            {
                break;
            }

            position += length;
        }

        return position;
    }

    private static int SignsEnd(ReadOnlySpan<char> text, int position)
    {
        while (position < text.Length)
        {
            var rune = UnicodeClass.RuneAt(text, position, out var length);
            if (UnicodeClass.IsLetter(rune) || UnicodeClass.IsNumber(rune) || UnicodeClass.IsSpace(rune))
            {
                break;
            }

            position += length;
        }

        return position;
    }
}
