using System.Text;

namespace Slerp.Engine.Constraints.Patterns;

/// <summary>Reads escapes and bracketed classes for a <see cref="PatternParser"/>.</summary>
internal sealed class PatternClassReader(PatternParser source)
{
    /// <summary>Reads a class after its opening bracket.</summary>
    public CodePointSet ReadClass()
    {
        var isNegated = source.TakeIf('^');
        var intervals = new List<(int Low, int High)>();
        while (!source.TakeIf(']'))
        {
            var first = ReadMember();
            if (source.TakeIf('-'))
            {
                if (source.TakeIf(']'))
                {
                    intervals.AddRange(first.Intervals);
                    intervals.Add(('-', '-'));
                    break;
                }

                intervals.Add((Single(first), Single(ReadMember())));
                if (intervals[^1].Low > intervals[^1].High)
                {
                    throw PatternParser.Invalid("a class range is out of order.");
                }
            }
            else
            {
                intervals.AddRange(first.Intervals);
            }
        }

        var members = CodePointSet.Union(intervals);
        return isNegated ? members.Negate() : members;
    }

    /// <summary>Reads an escape after its backslash.</summary>
    public CodePointSet ReadEscape(bool inClass)
    {
        var symbol = source.Take();
        switch (symbol)
        {
            case 'd':
                return CodePointSet.Digits;
            case 'D':
                return CodePointSet.Digits.Negate();
            case 'w':
                return CodePointSet.WordCharacters;
            case 'W':
                return CodePointSet.WordCharacters.Negate();
            case 's':
                return CodePointSet.WhiteSpace;
            case 'S':
                return CodePointSet.WhiteSpace.Negate();
            case 'p' or 'P':
                return source.Category(ReadName(), isNegated: symbol == 'P');
            default:
                var codePoint = ReadCharacter(symbol, inClass);
                return CodePointSet.Of((codePoint, codePoint));
        }
    }

    private CodePointSet ReadMember()
    {
        var symbol = source.Take();
        return symbol == '\\' ? ReadEscape(inClass: true) : CodePointSet.Of((symbol, symbol));
    }

    private static int Single(CodePointSet set) =>
        set.Intervals is [var (low, high)] && low == high ? low : throw PatternParser.Invalid("a class range needs single characters on both sides.");

    private int ReadCharacter(int symbol, bool inClass)
    {
        switch (symbol)
        {
            case 't':
                return '\t';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 'v':
                return '\v';
            case 'f':
                return '\f';
            case 'b' when inClass:
                return '\b';
            case '0' when source.Peek() is not (>= '0' and <= '9'):
                return 0;
            case 'c':
                var letter = source.Take();
                return letter < 128 && char.IsAsciiLetter((char)letter) ? letter % 32 : throw PatternParser.Invalid("\\c needs a letter.");
            case 'x':
                return source.TakeHex(2);
            case 'u':
                return ReadUnicode();
            case < 128 when !char.IsAsciiLetterOrDigit((char)symbol) && symbol != '_':
                return symbol;
            default:
                throw PatternParser.Invalid($"unknown escape '\\{new Rune(symbol)}'.");
        }
    }

    private int ReadUnicode()
    {
        if (source.TakeIf('{'))
        {
            var value = 0;
            do
            {
                value = (value * 16) + source.TakeHex(1);
                if (value > 0x10FFFF)
                {
                    throw PatternParser.Invalid("\\u{…} is beyond the last code point.");
                }
            }
            while (!source.TakeIf('}'));

            return value;
        }

        var unit = source.TakeHex(4);
        if (unit is >= 0xD800 and <= 0xDBFF && source.TakeIf('\\'))
        {
            var low = source.TakeIf('u') ? source.TakeHex(4) : 0;
            return low is >= 0xDC00 and <= 0xDFFF
                ? 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
                : throw PatternParser.Invalid("a lone surrogate escape.");
        }

        return unit;
    }

    private string ReadName()
    {
        if (!source.TakeIf('{'))
        {
            throw PatternParser.Invalid("\\p needs a name in braces.");
        }

        var name = new StringBuilder();
        while (!source.TakeIf('}'))
        {
            name.Append(new Rune(source.Take()).ToString());
        }

        return name.ToString();
    }
}
