using System.Globalization;
using System.Text;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>Reads the tokens between a tag's opening and its closing characters.</summary>
internal sealed class ExpressionLexer(string source, int position, int line, List<Token> tokens)
{
    private static readonly string[] TwoCharacterOperators = ["//", "**", "==", "!=", ">=", "<="];

    private readonly Stack<char> open = new();

    /// <summary>Reads up to <paramref name="close"/>, which counts only outside brackets, and returns where it (or the sign before it) stands.</summary>
    public int ReadUntil(string close)
    {
        while (true)
        {
            SkipBlanks();
            if (position >= source.Length)
            {
                throw Fail($"the tag has no '{close}'.");
            }

            if (open.Count == 0 && AtClose(close))
            {
                return position;
            }

            ReadToken();
        }
    }

    private bool AtClose(string close)
    {
        var signed = source[position] == '-' || (source[position] == '+' && close == "%}");
        return string.CompareOrdinal(source, position, close, 0, 2) == 0
            || (signed && string.CompareOrdinal(source, position + 1, close, 0, 2) == 0);
    }

    private void SkipBlanks()
    {
        while (position < source.Length && PythonText.IsSpace(source[position]))
        {
            line += source[position] == '\n' ? 1 : 0;
            position++;
        }
    }

    private void ReadToken()
    {
        var first = source[position];
        if (first is '\'' or '"')
        {
            ReadText(first);
        }
        else if (char.IsAsciiDigit(first))
        {
            ReadNumber();
        }
        else if (first == '_' || char.IsLetter(first))
        {
            var start = position;
            while (position < source.Length && (source[position] == '_' || char.IsLetterOrDigit(source[position])))
            {
                position++;
            }

            tokens.Add(new Token(TokenKind.Name, source[start..position], line));
        }
        else
        {
            ReadOperator(first);
        }
    }

    private void ReadOperator(char first)
    {
        foreach (var symbol in TwoCharacterOperators)
        {
            if (string.CompareOrdinal(source, position, symbol, 0, 2) == 0)
            {
                tokens.Add(new Token(TokenKind.Operator, symbol, line));
                position += 2;
                return;
            }
        }

        if (!"+-/*%~[](){}><=.:|,;".Contains(first, StringComparison.Ordinal))
        {
            throw Fail($"unexpected character '{first}'.");
        }

        if (first is '(' or '[' or '{')
        {
            open.Push(first);
        }
        else if (first is ')' or ']' or '}' && (!open.TryPop(out var opened) || first != Closing(opened)))
        {
            throw Fail($"'{first}' closes nothing.");
        }

        tokens.Add(new Token(TokenKind.Operator, first.ToString(), line));
        position++;
    }

    private static char Closing(char opening) => opening switch { '(' => ')', '[' => ']', _ => '}' };

    /// <summary>Digits, with a fraction or exponent unless the number follows a dot (then it is an index: a.0.1).</summary>
    private void ReadNumber()
    {
        var start = position;
        if (source[position] == '0' && position + 1 < source.Length && char.ToLowerInvariant(source[position + 1]) is var radix and ('x' or 'b' or 'o'))
        {
            position += 2;
            while (position < source.Length && (char.IsAsciiHexDigit(source[position]) || source[position] == '_'))
            {
                position++;
            }

            tokens.Add(new Token(TokenKind.Integer, $"0{radix}{Digits(start + 2)}", line));
            return;
        }

        var isIndex = start > 0 && source[start - 1] == '.';
        SkipDigits();
        var isFloat = false;
        if (!isIndex && position + 1 < source.Length && source[position] == '.' && char.IsAsciiDigit(source[position + 1]))
        {
            isFloat = true;
            position++;
            SkipDigits();
        }

        if (!isIndex && position < source.Length && source[position] is 'e' or 'E')
        {
            var digits = position + (position + 1 < source.Length && source[position + 1] is '+' or '-' ? 2 : 1);
            if (digits < source.Length && char.IsAsciiDigit(source[digits]))
            {
                isFloat = true;
                position = digits;
                SkipDigits();
            }
        }

        tokens.Add(new Token(isFloat ? TokenKind.Float : TokenKind.Integer, Digits(start), line));
    }

    private string Digits(int start) => source[start..position].Replace("_", "", StringComparison.Ordinal);

    private void SkipDigits()
    {
        while (position < source.Length && (char.IsAsciiDigit(source[position]) || source[position] == '_'))
        {
            position++;
        }
    }

    private void ReadText(char quote)
    {
        var value = new StringBuilder();
        var start = line;
        for (position++; ; position++)
        {
            if (position >= source.Length)
            {
                throw new ChatTemplateException($"Chat template, line {start}: the string that starts here has no closing {quote}.");
            }

            var character = source[position];
            if (character == quote)
            {
                break;
            }

            line += character == '\n' ? 1 : 0;
            if (character == '\\' && position + 1 < source.Length)
            {
                position++;
                ReadEscape(value);
            }
            else
            {
                value.Append(character);
            }
        }

        position++;
        tokens.Add(new Token(TokenKind.Text, value.ToString(), start));
    }

    /// <summary>Python's escapes. An unknown one keeps its backslash; a named character is refused.</summary>
    private void ReadEscape(StringBuilder value)
    {
        var character = source[position];
        switch (character)
        {
            case '\n':
                line++;
                break;
            case 'x':
                ReadCodePoint(value, 2);
                break;
            case 'u':
                ReadCodePoint(value, 4);
                break;
            case 'U':
                ReadCodePoint(value, 8);
                break;
            case 'N':
                throw Fail("characters by name (\\N{…}) are not supported. Write the character itself.");
            case >= '0' and <= '7':
                var code = 0;
                var end = Math.Min(position + 3, source.Length);
                for (; position < end && source[position] is >= '0' and <= '7'; position++)
                {
                    code = (code * 8) + (source[position] - '0');
                }

                position--;
                value.Append((char)code);
                break;
            default:
                var known = "abfnrtv\\'\"".IndexOf(character, StringComparison.Ordinal);
                value.Append(known < 0 ? $"\\{character}" : "\a\b\f\n\r\t\v\\'\""[known].ToString());
                break;
        }
    }

    private void ReadCodePoint(StringBuilder value, int digits)
    {
        if (position + digits >= source.Length
            || !uint.TryParse(source.AsSpan(position + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code > 0x10FFFF)
        {
            throw Fail($"the escape '\\{source[position]}' needs {digits} hexadecimal digits that name a character.");
        }

        value.Append(code <= 0xFFFF ? ((char)code).ToString() : char.ConvertFromUtf32((int)code));
        position += digits;
    }

    private ChatTemplateException Fail(string message) => new($"Chat template, line {line}: {message}");
}
