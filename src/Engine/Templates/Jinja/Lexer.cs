namespace Slerp.Engine.Templates.Jinja;

/// <summary>Splits a template into text and tags, and settles white space: '-' and '+' at a tag's edge, and, as Hugging Face renders
/// templates, the first newline after a block and the blanks before one on its line are dropped.</summary>
internal sealed class Lexer
{
    private readonly string source;
    private readonly List<Token> tokens = [];
    private int position;
    private int line = 1;

    /// <summary>Whether the text at <see cref="position"/> begins a line although a tag stands before it (its newline was dropped with it).</summary>
    private bool atLineStart = true;

    private Lexer(string source) => this.source = source;

    /// <summary>The tokens of <paramref name="source"/>, the last of kind <see cref="TokenKind.End"/>.</summary>
    public static IReadOnlyList<Token> Tokenize(string source)
    {
        var text = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var lexer = new Lexer(text.EndsWith('\n') ? text[..^1] : text);
        lexer.Run();
        return lexer.tokens;
    }

    private void Run()
    {
        while (position < source.Length)
        {
            var tag = FindTag(position);
            if (tag < 0)
            {
                AddData(position, source.Length);
                break;
            }

            ReadTag(tag);
        }

        tokens.Add(new Token(TokenKind.End, "", line));
    }

    private int FindTag(int start)
    {
        for (var index = start; index < source.Length - 1; index++)
        {
            index = source.IndexOf('{', index);
            if (index < 0 || index >= source.Length - 1)
            {
                return -1;
            }

            if (source[index + 1] is '%' or '{' or '#')
            {
                return index;
            }
        }

        return -1;
    }

    private void ReadTag(int tag)
    {
        var kind = source[tag + 1];
        var sign = tag + 2 < source.Length && source[tag + 2] is '-' or '+' ? source[tag + 2] : '\0';
        AddData(position, TrimmedEnd(tag, sign, isOutput: kind == '{'));
        SkipTo(tag + (sign == '\0' ? 2 : 3));
        switch (kind)
        {
            case '#':
                var close = source.IndexOf("#}", position, StringComparison.Ordinal);
                if (close < 0)
                {
                    throw Fail("the comment that starts here has no '#}'.");
                }

                SkipTo(close);
                EndTag(close > 0 ? source[close - 1] : '\0', trimNewline: true);
                break;
            case '%' when RawBody() is { } body:
                ReadRaw(body);
                break;
            default:
                var isOutput = kind == '{';
                tokens.Add(new Token(isOutput ? TokenKind.OutputBegin : TokenKind.BlockBegin, "", line));
                ReadExpression(isOutput);
                break;
        }
    }

    /// <summary>Where the text before a tag ends once the tag's white-space rule is applied.</summary>
    private int TrimmedEnd(int tag, char sign, bool isOutput)
    {
        var end = tag;
        if (sign == '-')
        {
            while (end > position && PythonText.IsSpace(source[end - 1]))
            {
                end--;
            }

            return end;
        }

        if (sign == '+' || isOutput)
        {
            return end;
        }

        while (end > position && source[end - 1] != '\n' && PythonText.IsSpace(source[end - 1]))
        {
            end--;
        }

        var isLineStart = end > position ? source[end - 1] == '\n' : atLineStart;
        return isLineStart ? end : tag;
    }

    /// <summary>After '{%': where the body of a raw block starts, or null where this is another tag.</summary>
    private int? RawBody()
    {
        var index = SkipSpace(position);
        if (string.CompareOrdinal(source, index, "raw", 0, 3) != 0)
        {
            return null;
        }

        index = SkipSpace(index + 3);
        if (string.CompareOrdinal(source, index, "-%}", 0, 3) == 0)
        {
            return SkipSpace(index + 3);
        }

        return string.CompareOrdinal(source, index, "%}", 0, 2) == 0 ? index + 2 : null;
    }

    private void ReadRaw(int body)
    {
        SkipTo(body);
        for (var tag = source.IndexOf("{%", position, StringComparison.Ordinal); tag >= 0; tag = source.IndexOf("{%", tag + 2, StringComparison.Ordinal))
        {
            var sign = tag + 2 < source.Length && source[tag + 2] is '-' or '+' ? source[tag + 2] : '\0';
            var word = SkipSpace(tag + (sign == '\0' ? 2 : 3));
            var close = SkipSpace(word + 6);
            var edge = close < source.Length ? source[close] : '\0';
            if (string.CompareOrdinal(source, word, "endraw", 0, 6) == 0
                && string.CompareOrdinal(source, edge is '-' or '+' ? close + 1 : close, "%}", 0, 2) == 0)
            {
                atLineStart = source[body - 1] == '\n';
                AddData(position, TrimmedEnd(tag, sign, isOutput: false));
                SkipTo(edge is '-' or '+' ? close + 1 : close);
                EndTag(edge, trimNewline: true);
                return;
            }
        }

        throw Fail("the raw block that starts here has no '{% endraw %}'.");
    }

    private void ReadExpression(bool isOutput)
    {
        var reader = new ExpressionLexer(source, position, line, tokens);
        var close = reader.ReadUntil(isOutput ? "}}" : "%}");
        SkipTo(close);
        var edge = source[close];
        if (edge is '-' or '+')
        {
            SkipTo(close + 1);
        }

        tokens.Add(new Token(isOutput ? TokenKind.OutputEnd : TokenKind.BlockEnd, "", line));
        EndTag(edge, trimNewline: !isOutput);
    }

    /// <summary>Passes the two closing characters and the white space they take with them.</summary>
    private void EndTag(char edge, bool trimNewline)
    {
        var end = position + 2;
        if (edge == '-')
        {
            end = SkipSpace(end);
        }
        else if (edge != '+' && trimNewline && end < source.Length && source[end] == '\n')
        {
            end++;
        }

        SkipTo(end);
        atLineStart = source[end - 1] == '\n';
    }

    private int SkipSpace(int index)
    {
        while (index < source.Length && PythonText.IsSpace(source[index]))
        {
            index++;
        }

        return Math.Min(index, source.Length);
    }

    private void SkipTo(int end)
    {
        line += source.AsSpan(position, end - position).Count('\n');
        position = end;
    }

    private void AddData(int start, int end)
    {
        if (end > start)
        {
            tokens.Add(new Token(TokenKind.Data, source[start..end], line));
        }
    }

    private ChatTemplateException Fail(string message) => new($"Chat template, line {line}: {message}");
}
