using System.Text;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>What filters and methods do to text. Every result keeps the origin of each character that was in the input.</summary>
internal static class TextOperations
{
    [Flags]
    internal enum Side
    {
        Left = 1,
        Right = 2,
        Both = 3,
    }

    /// <summary>Without the given characters (null: white space) at its ends.</summary>
    public static TextValue Strip(RenderBudget budget, TextValue value, string? characters, Side side)
    {
        var text = value.Text;
        var (start, end) = (0, text.Length);
        budget.Read(Math.Min(text.Length, 64) * (1 + (characters?.Length ?? 0) / 4));
        while (side.HasFlag(Side.Left) && start < end && IsStripped(text[start]))
        {
            start++;
        }

        while (side.HasFlag(Side.Right) && end > start && IsStripped(text[end - 1]))
        {
            end--;
        }

        budget.Read((long)(text.Length - (end - start)) * (1 + (characters?.Length ?? 0)));
        budget.Characters(end - start);
        return value.Slice(start, end - start);

        bool IsStripped(char character) => characters is null ? PythonText.IsSpace(character) : characters.Contains(character, StringComparison.Ordinal);
    }

    /// <summary>With up to <paramref name="count"/> occurrences replaced (negative: all).</summary>
    public static TextValue Replace(RenderBudget budget, TextValue value, TextValue old, TextValue replacement, long count = -1)
    {
        var result = new TextBuilder(budget);
        var position = 0;
        for (var made = 0L; count < 0 || made < count; made++)
        {
            budget.Step();
            if (old.Length == 0)
            {
                result.Append(replacement);
                if (position >= value.Length)
                {
                    break;
                }

                var units = PythonText.UnitsAt(value.Text, position);
                result.Append(value, position, units);
                position += units;
                continue;
            }

            var found = TextSearch.IndexOf(budget, value.Text, old.Text, position);
            if (found < 0)
            {
                break;
            }

            result.Append(value, position, found - position).Append(replacement);
            position = found + old.Length;
        }

        return result.Append(value, position, value.Length - position).ToText();
    }

    /// <summary>The pieces between separators; at most <paramref name="limit"/> cuts (negative: no limit).</summary>
    public static ListValue Split(RenderBudget budget, TextValue value, string separator, long limit, bool fromRight = false)
    {
        if (separator.Length == 0)
        {
            throw budget.Fail("cannot split at an empty separator.");
        }

        var cuts = new List<int>();
        for (var found = TextSearch.IndexOf(budget, value.Text, separator, 0);
            found >= 0 && (fromRight || limit < 0 || cuts.Count < limit);
            found = TextSearch.IndexOf(budget, value.Text, separator, found + separator.Length))
        {
            budget.Step();
            cuts.Add(found);
        }

        if (fromRight && limit >= 0 && cuts.Count > limit)
        {
            cuts.RemoveRange(0, cuts.Count - (int)limit);
        }

        var pieces = new List<JinjaValue>();
        var position = 0;
        budget.Characters(value.Length);
        foreach (var cut in cuts)
        {
            pieces.Add(value.Slice(position, cut - position));
            position = cut + separator.Length;
        }

        pieces.Add(value.Slice(position, value.Length - position));
        return new ListValue(pieces);
    }

    /// <summary>The words between runs of white space.</summary>
    public static ListValue SplitWords(RenderBudget budget, TextValue value, long limit)
    {
        var text = value.Text;
        budget.Characters(text.Length);
        var words = new List<JinjaValue>();
        for (var position = 0; ;)
        {
            budget.Step();
            while (position < text.Length && PythonText.IsSpace(text[position]))
            {
                position++;
            }

            if (position >= text.Length)
            {
                return new ListValue(words);
            }

            if (limit >= 0 && words.Count >= limit)
            {
                words.Add(value.Slice(position, text.Length - position));
                return new ListValue(words);
            }

            var end = position;
            while (end < text.Length && !PythonText.IsSpace(text[end]))
            {
                end++;
            }

            words.Add(value.Slice(position, end - position));
            position = end;
        }
    }

    public static List<TextValue> SplitLines(RenderBudget budget, TextValue value, bool keepEnds = false)
    {
        var text = value.Text;
        budget.Characters(text.Length);
        var lines = new List<TextValue>();
        for (var start = 0; start < text.Length;)
        {
            budget.Step();
            var end = start;
            while (end < text.Length && !PythonText.IsLineEnd(text[end]))
            {
                end++;
            }

            var next = end + (end + 1 < text.Length && text[end] == '\r' && text[end + 1] == '\n' ? 2 : 1);
            lines.Add(value.Slice(start, (keepEnds ? Math.Min(next, text.Length) : end) - start));
            start = next;
        }

        return lines;
    }

    /// <summary>The result of a mapping that works within each run of one origin.</summary>
    public static TextValue Map(RenderBudget budget, TextValue value, Func<string, string> map)
    {
        var result = new TextBuilder(budget);
        value.VisitRuns(0, value.Length, (start, length, part) => result.Append(map(value.Text.Substring(start, length)), part));
        var mapped = result.ToText();
        return value.IsMarkup ? mapped.AsMarkup() : mapped;
    }

    public static TextValue Upper(RenderBudget budget, TextValue value) => Map(budget, value, CaseMapping.Upper);

    public static TextValue Lower(RenderBudget budget, TextValue value) => Map(budget, value, CaseMapping.Lower);

    public static TextValue Capitalize(RenderBudget budget, TextValue value) => Title(budget, value, beginsWord: _ => false, CaseMapping.Title);

    /// <summary>A capital after each character for which <paramref name="beginsWord"/> holds (and at the start), small letters elsewhere.</summary>
    /// <param name="budget">Who is paid.</param>
    /// <param name="value">The text.</param>
    /// <param name="beginsWord">Whether a word may begin after the character.</param>
    /// <param name="first">How the first letter of a word is written.</param>
    public static TextValue Title(RenderBudget budget, TextValue value, Func<char, bool> beginsWord, Func<char, string> first)
    {
        var isStart = true;
        return Map(budget, value, text =>
        {
            var lower = CaseMapping.Lower(text);
            var titled = new StringBuilder(text.Length);
            for (var index = 0; index < text.Length; index++)
            {
                titled.Append(isStart ? first(text[index]) : lower.Length == text.Length ? lower[index].ToString() : CaseMapping.Lower(text[index].ToString()));
                isStart = beginsWord(text[index]);
            }

            return titled.ToString();
        });
    }

    public static TextValue Escape(RenderBudget budget, TextValue value) => Map(budget, value, text => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("'", "&#39;", StringComparison.Ordinal)
        .Replace("\"", "&#34;", StringComparison.Ordinal)).AsMarkup();

    /// <summary>Every text with <paramref name="separator"/> between them.</summary>
    public static TextValue Join(RenderBudget budget, TextValue separator, IReadOnlyList<JinjaValue> items)
    {
        var joined = new TextBuilder(budget);
        for (var index = 0; index < items.Count; index++)
        {
            budget.Step();
            if (index > 0)
            {
                joined.Append(separator);
            }

            Printer.AppendText(joined, items[index]);
        }

        return joined.ToText();
    }

    /// <summary>At least <paramref name="width"/> code points wide, filled on the sides given.</summary>
    public static TextValue Pad(RenderBudget budget, TextValue value, long width, Side fillSide, char fill = ' ')
    {
        var missing = Math.Max(0, width - PythonText.Count(value.Text));
        var left = fillSide switch
        {
            Side.Left => missing,
            Side.Right => 0,
            _ => (missing / 2) + (missing & width & 1),
        };
        return new TextBuilder(budget).AppendRepeated(fill, left).Append(value).AppendRepeated(fill, missing - left).ToText();
    }
}
