namespace Slerp.Engine.Quality;

/// <summary>What of an answer is free text, for checks that read its words.</summary>
internal static class AnswerProse
{
    /// <summary>The free text of an answer so far: all of it, what stands before its first call, or nothing where its form is fixed.</summary>
    public static ReadOnlySpan<char> Of(OutputForm output, string text) => output switch
    {
        OutputForm.FreeText => text,
        OutputForm.ToolCalls { Otherwise: OutputForm.FreeText, Syntax: var syntax } => Before(text, syntax.OptionalMark, Before(text, syntax.Begin, Before(text, syntax.Open, text))),
        _ => default,
    };

    // The shorter of what is known to stand before a call and what stands before this mark, or before what may become it.
    private static ReadOnlySpan<char> Before(ReadOnlySpan<char> text, string mark, ReadOnlySpan<char> known)
    {
        if (mark.Length == 0)
        {
            return known;
        }

        var at = text.IndexOf(mark, StringComparison.Ordinal);
        for (var length = Math.Min(mark.Length - 1, text.Length); at < 0 && length > 0; length--)
        {
            at = text.EndsWith(mark.AsSpan(0, length), StringComparison.Ordinal) ? text.Length - length : at;
        }

        return at < 0 || at > known.Length ? known : text[..at];
    }
}
