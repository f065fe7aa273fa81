using System.Globalization;

namespace Slerp.Engine.Constraints.Patterns;

/// <summary>Reads an ECMAScript regular expression (Unicode mode) into a tree. Look-around, references and word boundaries are refused by name.</summary>
/// <remarks>Source: ECMA-262, section "Patterns". Capturing has no meaning here: groups only group, lazy quantifiers match the same strings as greedy ones.</remarks>
internal sealed class PatternParser
{
    private const int DeepestGroup = 64;

    private readonly Dictionary<string, CodePointSet> _categories = new(StringComparer.Ordinal);
    private readonly int[] _pattern;
    private int _position;
    private int _depth;

    private PatternParser(string pattern) => _pattern = [.. pattern.EnumerateRunes().Select(rune => rune.Value)];

    private int Current => _position < _pattern.Length ? _pattern[_position] : -1;

    public static PatternNode Parse(string pattern)
    {
        var parser = new PatternParser(pattern);
        var node = parser.ParseChoice();
        return parser.Current < 0 ? node : throw Invalid($"unmatched '{(char)parser.Current}' at {parser._position}.");
    }

    internal static PatternSyntaxException Invalid(string message) => new(message, ConstraintFailure.InvalidSchema);

    internal static PatternSyntaxException Unsupported(string what) =>
        new($"{what} cannot be enforced in linear time; write the pattern without it.", ConstraintFailure.UnsupportedKeyword);

    private PatternNode ParseChoice()
    {
        var branches = new List<PatternNode> { ParseSequence() };
        while (Current == '|')
        {
            _position++;
            branches.Add(ParseSequence());
        }

        return branches.Count == 1 ? branches[0] : new PatternNode.Choice(branches);
    }

    private PatternNode.Sequence ParseSequence()
    {
        var items = new List<PatternNode>();
        while (Current is not (-1 or '|' or ')'))
        {
            items.Add(ParseQuantified());
        }

        return new PatternNode.Sequence(items);
    }

    private PatternNode ParseQuantified()
    {
        var atom = ParseAtom();
        var (least, most) = (1, (int?)1);
        switch (Current)
        {
            case '*':
                (least, most) = (0, null);
                break;
            case '+':
                (least, most) = (1, null);
                break;
            case '?':
                (least, most) = (0, 1);
                break;
            case '{':
                _position++;
                (least, most) = ParseBounds();
                break;
            default:
                return atom;
        }

        if (atom is PatternNode.TextStart or PatternNode.TextEnd)
        {
            throw Invalid("an anchor cannot be repeated.");
        }

        _position++;
        if (Current == '?')
        {
            _position++;
        }

        return new PatternNode.Repeat(atom, least, most);
    }

    /// <summary>Reads "n", "n," or "n,m" and stops on the closing brace.</summary>
    private (int Least, int? Most) ParseBounds()
    {
        var least = ParseNumber();
        var most = (int?)least;
        if (Current == ',')
        {
            _position++;
            most = Current == '}' ? null : ParseNumber();
        }

        if (Current != '}' || most < least)
        {
            throw Invalid($"malformed repetition before {_position}.");
        }

        return (least, most);
    }

    private int ParseNumber()
    {
        var start = _position;
        var value = 0L;
        while (Current is >= '0' and <= '9')
        {
            value = Math.Min((value * 10) + Current - '0', int.MaxValue);
            _position++;
        }

        return _position > start ? (int)value : throw Invalid($"a number is missing at {start}.");
    }

    private PatternNode ParseAtom()
    {
        var symbol = Current;
        _position++;
        switch (symbol)
        {
            case '^':
                return new PatternNode.TextStart();
            case '$':
                return new PatternNode.TextEnd();
            case '.':
                return new PatternNode.Set(CodePointSet.Dot);
            case '(':
                return ParseGroup();
            case '[':
                return new PatternNode.Set(new PatternClassReader(this).ReadClass());
            case '\\':
                if (Current is 'b' or 'B')
                {
                    throw Unsupported($"the word boundary \\{(char)Current}");
                }

                if (Current is 'k' or (>= '1' and <= '9'))
                {
                    throw Unsupported("a back reference");
                }

                return new PatternNode.Set(new PatternClassReader(this).ReadEscape(inClass: false));
            case '*' or '+' or '?' or '{' or '}' or ']':
                throw Invalid($"'{(char)symbol}' at {_position - 1} has nothing to repeat or close; escape it.");
            default:
                return new PatternNode.Set(CodePointSet.Of((symbol, symbol)));
        }
    }

    private PatternNode ParseGroup()
    {
        if (++_depth > DeepestGroup)
        {
            throw new PatternSyntaxException($"groups are nested deeper than {DeepestGroup}.", ConstraintFailure.LimitExceeded);
        }

        if (Current == '?')
        {
            _position++;
            ParseGroupKind();
        }

        var inner = ParseChoice();
        if (Current != ')')
        {
            throw Invalid("a group is not closed.");
        }

        _position++;
        _depth--;
        return inner;
    }

    private void ParseGroupKind()
    {
        var kind = Current;
        _position++;
        if (kind == ':')
        {
            return;
        }

        if (kind is '=' or '!' || (kind == '<' && Current is '=' or '!'))
        {
            throw Unsupported("look-around");
        }

        if (kind != '<')
        {
            throw Invalid($"unknown group kind at {_position - 1}.");
        }

        while (Current is not ('>' or -1))
        {
            _position++;
        }

        _position++;
    }

    /// <summary>The set of a \p{…} or \P{…} name; each is worked out once per pattern, because that visits all of Unicode.</summary>
    internal CodePointSet Category(string name, bool isNegated)
    {
        var key = isNegated ? "^" + name : name;
        if (!_categories.TryGetValue(key, out var set))
        {
            set = UnicodeCategories.Find(name) is > 0 and var categories
                ? CodePointSet.OfCategories(categories)
                : throw Unsupported($"the Unicode property '{name}'");
            _categories[key] = set = isNegated ? set.Negate() : set;
        }

        return set;
    }

    internal int Peek() => Current;

    internal int Take()
    {
        var symbol = Current;
        _position++;
        return symbol >= 0 ? symbol : throw Invalid("the pattern ends too early.");
    }

    internal bool TakeIf(int symbol)
    {
        if (Current != symbol)
        {
            return false;
        }

        _position++;
        return true;
    }

    internal int TakeHex(int digits)
    {
        var value = 0;
        for (var i = 0; i < digits; i++)
        {
            var symbol = Take();
            if (symbol >= 128 || !int.TryParse(((char)symbol).ToString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var digit))
            {
                throw Invalid($"a hexadecimal digit is missing at {_position - 1}.");
            }

            value = (value * 16) + digit;
        }

        return value;
    }
}
