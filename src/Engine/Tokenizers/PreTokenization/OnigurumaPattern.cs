using System.Text;

namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>Rewrites a pattern from Oniguruma's syntax, which tokenizer files use, into the runtime's; what has no equal is refused.</summary>
/// <remarks>
/// <para>Rewritten: possessive <c>X?+ X*+ X++</c> become atomic groups. <c>X{n,m}+</c> is no possessive in Oniguruma's default syntax but a
/// repetition of a repetition, and becomes a group that repeats.</para>
/// <para>Refused: nested or intersected classes, options other than i, code points beyond the Basic Multilingual Plane. Everything the
/// runtime's own parser does not know (script names, \h, \R, \X, \K, \x{…}) it refuses itself.</para>
/// <para>Iterative, so nesting costs no stack.</para>
/// </remarks>
internal sealed class OnigurumaPattern
{
    private const int MaximumLength = 8192;

    private readonly string pattern;
    private readonly StringBuilder output = new();
    private readonly Stack<int> groups = new();
    private int position;
    private int atom;

    private OnigurumaPattern(string pattern) => this.pattern = pattern;

    /// <summary>The pattern in the runtime's syntax.</summary>
    /// <exception cref="ArgumentException">The pattern is malformed or cannot be said in the runtime's syntax.</exception>
    public static string Translate(string pattern)
    {
        if (pattern.Length is 0 or > MaximumLength)
        {
            throw new ArgumentException($"it has {pattern.Length} characters; 1 to {MaximumLength} are taken.");
        }

        if (pattern.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            throw new ArgumentException("it names characters beyond U+FFFF.");
        }

        return new OnigurumaPattern(pattern).Translate();
    }

    private string Translate()
    {
        while (position < pattern.Length)
        {
            switch (pattern[position])
            {
                case '\\':
                    BeginAtom();
                    CopyEscape();
                    break;
                case '[':
                    BeginAtom();
                    CopyClass();
                    break;
                case '(':
                    groups.Push(output.Length);
                    CopyGroupOpening();
                    break;
                case ')':
                    atom = groups.TryPop(out var start) ? start : throw new ArgumentException("a ) has no (.");
                    Copy(1);
                    break;
                case '*' or '+' or '?':
                    Copy(1);
                    CopyModifier(isInterval: false);
                    break;
                case '{' when IntervalLength() is > 0 and var length:
                    Copy(length);
                    CopyModifier(isInterval: true);
                    break;
                default:
                    BeginAtom();
                    Copy(1);
                    break;
            }
        }

        return output.ToString();
    }

    private void BeginAtom() => atom = output.Length;

    private void Copy(int length)
    {
        output.Append(pattern, position, length);
        position += length;
    }

    private void CopyEscape()
    {
        if (position + 1 >= pattern.Length)
        {
            throw new ArgumentException("it ends in a \\.");
        }

        var isProperty = pattern[position + 1] is 'p' or 'P';
        var close = isProperty ? pattern.IndexOf('}', position) : -1;
        Copy(close > 0 ? close + 1 - position : 2);
    }

    private void CopyClass()
    {
        var start = position;
        Copy(pattern.AsSpan(position).StartsWith("[^") ? 2 : 1);
        var first = position;
        while (position < pattern.Length)
        {
            switch (pattern[position])
            {
                case '\\':
                    CopyEscape();
                    break;
                case ']' when position > first:
                    Copy(1);
                    return;
                case '[' or ']':
                    throw new ArgumentException($"the class at {start} holds a bare '{pattern[position]}': nested classes are not taken; write \\{pattern[position]}.");
                case '&' when pattern.AsSpan(position).StartsWith("&&"):
                    throw new ArgumentException($"the class at {start} intersects with &&, which is not taken.");
                default:
                    Copy(1);
                    break;
            }
        }

        throw new ArgumentException($"the class at {start} has no end.");
    }

    private void CopyGroupOpening()
    {
        ReadOnlySpan<string> openings = ["(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?-i:", "(?i)", "(?-i)"];
        if (position + 1 >= pattern.Length || pattern[position + 1] != '?')
        {
            Copy(1);
            return;
        }

        foreach (var opening in openings)
        {
            if (pattern.AsSpan(position).StartsWith(opening))
            {
                if (opening[^1] == ')')
                {
                    groups.Pop();
                }

                Copy(opening.Length);
                return;
            }
        }

        throw new ArgumentException($"the group at {position} is of a kind that is not taken.");
    }

    private int IntervalLength()
    {
        var end = position + 1;
        while (end < pattern.Length && (char.IsAsciiDigit(pattern[end]) || pattern[end] == ','))
        {
            end++;
        }

        return end < pattern.Length && pattern[end] == '}' && end > position + 1 && char.IsAsciiDigit(pattern[position + 1]) ? end + 1 - position : 0;
    }

    private void CopyModifier(bool isInterval)
    {
        if (position >= pattern.Length)
        {
            return;
        }

        if (pattern[position] == '?')
        {
            Copy(1);
        }
        else if (pattern[position] == '+')
        {
            position++;
            output.Insert(atom, isInterval ? "(?:" : "(?>").Append(isInterval ? ")+" : ")");
        }
    }
}
