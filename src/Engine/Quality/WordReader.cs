using System.Globalization;

namespace Slerp.Engine.Quality;

/// <summary>The words and numbers of a text in one pass, as they are compared: without case, digits of all scripts alike, thousands without marks.</summary>
/// <remarks>A word is a run of letters, a number a run of digits; what stands between them says nothing. Letters of scripts that put no spaces between words are passed over.
/// A <see cref="Border"/> is a word of its own.</remarks>
/// <param name="text">The text.</param>
/// <param name="buffer">Holds the current word: <see cref="LongestWord"/> characters. What is longer counts by its beginning.</param>
internal ref struct WordReader(ReadOnlySpan<char> text, Span<char> buffer)
{
    /// <summary>Characters of a word that count.</summary>
    public const int LongestWord = 64;

    /// <summary>Stands between texts that do not adjoin: no word of an answer.</summary>
    public const char Border = '\u001E';

    private const int GroupDigits = 3;

    private readonly ReadOnlySpan<char> _text = text;
    private readonly Span<char> _buffer = buffer;
    private int _start;
    private int _end;
    private int _length;

    /// <summary>The word read last.</summary>
    public readonly ReadOnlySpan<char> Current => _buffer[.._length];

    /// <summary>Whether it is a number.</summary>
    public bool IsNumber { get; private set; }

    /// <summary>Whether it is a number written with marks between thousands.</summary>
    public bool IsGrouped { get; private set; }

    /// <summary>Whether it numbers a line of a list.</summary>
    public readonly bool IsLabel =>
        IsNumber && _end < _text.Length && _text[_end] is '.' or ')' && (_end + 1 == _text.Length || char.IsWhiteSpace(_text[_end + 1])) && BeginsLine();

    /// <summary>Whether the text ends with it, so that it may go on.</summary>
    public readonly bool IsLast => _end == _text.Length;

    /// <summary>Whether the text ends with it and a mark that may stand between thousands.</summary>
    public readonly bool MayBeGrouped => IsNumber && _end + 1 == _text.Length && IsGroupMark(_text[_end]);

    /// <summary>Reads the next word; false at the end.</summary>
    public bool MoveNext()
    {
        for (_start = _end; _start < _text.Length; _start++)
        {
            var letter = _text[_start];
            (_length, IsNumber, IsGrouped) = (0, char.IsDigit(letter), false);
            if (IsNumber)
            {
                ReadNumber();
                return true;
            }

            if (IsWordLetter(letter))
            {
                ReadWord();
                return true;
            }

            if (letter == Border)
            {
                _end = _start;
                Take(letter);
                return true;
            }
        }

        _end = _start;
        return false;
    }

    private void ReadWord()
    {
        for (_end = _start; _end < _text.Length && (IsWordLetter(_text[_end]) || IsMark(_text[_end]));)
        {
            Take(char.ToUpperInvariant(_text[_end]));
        }
    }

    private void ReadNumber()
    {
        var digits = 0;
        for (_end = _start; _end < _text.Length; digits++)
        {
            if (char.IsDigit(_text[_end]))
            {
                Take((char)('0' + CharUnicodeInfo.GetDecimalDigitValue(_text[_end])));
            }
            else if (digits is > 0 and <= GroupDigits && IsGroupMark(_text[_end]) && IsGroup(_end + 1))
            {
                (_end, digits, IsGrouped) = (_end + 1, -1, true);
            }
            else
            {
                return;
            }
        }
    }

    private void Take(char letter)
    {
        _end++;
        if (_length < _buffer.Length)
        {
            _buffer[_length++] = letter;
        }
    }

    private readonly bool IsGroup(int from)
    {
        for (var index = from; index < from + GroupDigits; index++)
        {
            if (index >= _text.Length || !char.IsDigit(_text[index]))
            {
                return false;
            }
        }

        return from + GroupDigits == _text.Length || !char.IsDigit(_text[from + GroupDigits]);
    }

    private readonly bool BeginsLine()
    {
        var before = _text[.._start];
        return before.TrimEnd([' ', '\t', '*', '#']) is var rest && (rest.IsEmpty || rest[^1] == '\n');
    }

    private static bool IsGroupMark(char letter) => letter is ',' or '\'' or '\u2019' or '\u00A0' or '\u202F';

    private static bool IsMark(char letter) => CharUnicodeInfo.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    // Thai to Myanmar, Khmer, from the CJK radicals to Yi, CJK compatibility, half-width kana: what stands between spaces there is a phrase.
    private static bool IsWordLetter(char letter) =>
        char.IsLetter(letter) && letter is not ((>= '\u0E00' and <= '\u109F') or (>= '\u1780' and <= '\u17FF') or (>= '\u2E80' and <= '\uA4CF') or (>= '\uF900' and <= '\uFAFF') or (>= '\uFF66' and <= '\uFF9F'));
}
