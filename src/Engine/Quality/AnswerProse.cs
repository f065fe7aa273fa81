namespace Slerp.Engine.Quality;

/// <summary>What of an answer is free text, for checks that read its words: no reasoning, nothing from the first call on, nothing where the form is fixed.</summary>
internal readonly ref struct AnswerProse
{
    private AnswerProse(ReadOnlySpan<char> text, bool mayGoOn)
    {
        Text = text;
        MayGoOn = mayGoOn;
    }

    /// <summary>The free text.</summary>
    public ReadOnlySpan<char> Text { get; }

    /// <summary>Whether its last word may go on.</summary>
    public bool MayGoOn { get; }

    /// <summary>The free text of an answer so far.</summary>
    public static AnswerProse Of(QualityContext context, string text)
    {
        var mayGoOn = context.Finish is null or FinishReason.Length;
        var answer = AfterReasoning(context, text);
        return context.Output switch
        {
            OutputForm.FreeText or OutputForm.TextWithoutCalls => new AnswerProse(answer, mayGoOn),
            OutputForm.ToolCalls { MayBeText: true, Syntax: var syntax } => BeforeCall(answer, syntax, mayGoOn),
            _ => default,
        };
    }

    /// <summary>What of an answer so far is not reasoning; nothing while it may still be.</summary>
    public static ReadOnlySpan<char> AfterReasoning(QualityContext context, ReadOnlySpan<char> text)
    {
        if (context.OpenReasoning is { } begun)
        {
            return After(text, begun.Close);
        }

        var start = text.TrimStart();
        return context.Reasoning switch
        {
            { } marks when start.StartsWith(marks.Open, StringComparison.Ordinal) => After(start, marks.Close),
            { } marks when marks.Open.AsSpan().StartsWith(start, StringComparison.Ordinal) => default,
            _ => text,
        };
    }

    private static ReadOnlySpan<char> After(ReadOnlySpan<char> text, string mark) =>
        text.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var at ? text[(at + mark.Length)..] : default;

    // Where a mark begins, the word before it has ended. A control token begins a call wherever it stands.
    private static AnswerProse BeforeCall(ReadOnlySpan<char> text, ToolCallSyntax syntax, bool mayGoOn)
    {
        var mark = new TextMark(syntax.Begin.Length > 0 ? syntax.Begin : syntax.Open, syntax.OnlyAtStart);
        var end = Math.Min(mark.Find(text), new TextMark(syntax.OptionalMark).Find(text));
        return new AnswerProse(text[..end], mayGoOn && end == text.Length);
    }
}
