namespace Slerp.Engine.Templates.Jinja;

/// <summary>Finds text in text, by characters, in time linear in both: a long needle is searched with Knuth, Morris and Pratt's table,
/// a short one with the platform's search.</summary>
internal static class TextSearch
{
    private const int ShortNeedle = 32;

    public static int IndexOf(RenderBudget budget, string text, string sought, int start)
    {
        if (sought.Length <= ShortNeedle)
        {
            var found = text.AsSpan(start).IndexOf(sought, StringComparison.Ordinal);
            budget.Read(found < 0 ? text.Length - start : found);
            return found < 0 ? -1 : start + found;
        }

        if (sought.Length > text.Length - start)
        {
            return -1;
        }

        budget.Step(((long)text.Length - start + sought.Length) >> 1);
        return SearchLong(text, sought, start, BuildTable(sought));
    }

    public static int LastIndexOf(RenderBudget budget, string text, string sought)
    {
        if (sought.Length <= ShortNeedle)
        {
            budget.Read(text.Length);
            return text.LastIndexOf(sought, StringComparison.Ordinal);
        }

        var last = -1;
        for (var found = IndexOf(budget, text, sought, 0); found >= 0; found = IndexOf(budget, text, sought, found + 1))
        {
            last = found;
        }

        return last;
    }

    private static int SearchLong(string text, string sought, int start, int[] table)
    {
        for (int index = start, matched = 0; index < text.Length; index++)
        {
            while (matched > 0 && text[index] != sought[matched])
            {
                matched = table[matched - 1];
            }

            if (text[index] == sought[matched] && ++matched == sought.Length)
            {
                return index - matched + 1;
            }
        }

        return -1;
    }

    /// <summary>For each prefix, the length of its longest proper prefix that is also its end.</summary>
    private static int[] BuildTable(string sought)
    {
        var table = new int[sought.Length];
        for (int index = 1, matched = 0; index < sought.Length; index++)
        {
            while (matched > 0 && sought[index] != sought[matched])
            {
                matched = table[matched - 1];
            }

            if (sought[index] == sought[matched])
            {
                matched++;
            }

            table[index] = matched;
        }

        return table;
    }
}
