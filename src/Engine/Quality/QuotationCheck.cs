namespace Slerp.Engine.Quality;

/// <summary>Fails an answer from merged text that is no quotation of it: for applications that look values up.</summary>
/// <remarks>
/// <para>Formula: 1 − (leading words of the answer that stand in the merged text one after another, at the place where most of them do) / (words of the answer so far).
/// Words as in <see cref="SpacedWords"/>, whatever their case; the last one may go on.</para>
/// <para>Judged is free text over a merged prompt, before any call; anything but a quotation fails, and costs time, not quality.</para>
/// </remarks>
internal sealed class QuotationCheck : IQualityCheck
{
    public const string CheckName = "quotation";

    /// <inheritdoc />
    public string Name => CheckName;

    /// <inheritdoc />
    public QualityScope Scope => QualityScope.Segment;

    /// <inheritdoc />
    public bool NeedsPrompt => true;

    /// <inheritdoc />
    public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens)
    {
        if (context is not { MergedText: { } source, Merging.MergedTokens: > 0 })
        {
            return Verdict.Passed;
        }

        var mayGoOn = context.Finish is null or FinishReason.Length;
        var prose = AnswerProse.Of(context.Output, text);
        var words = 0;
        for (var answer = new SpacedWords(prose); answer.MoveNext();)
        {
            words++;
        }

        var most = 0;
        for (var place = new SpacedWords(source); most < words && place.MoveNext();)
        {
            most = Math.Max(most, Quoted(prose, place, mayGoOn));
        }

        return words == 0 ? Verdict.Passed : Verdict.ByScore(1 - ((double)most / words), 0, "it is no quotation");
    }

    // Leading words of the answer that stand at a place one after another.
    private static int Quoted(ReadOnlySpan<char> prose, SpacedWords place, bool mayGoOn)
    {
        var count = 0;
        var answer = new SpacedWords(prose);
        while (answer.MoveNext() && (count == 0 || place.MoveNext()))
        {
            if (!answer.Is(place, mayGoOn))
            {
                break;
            }

            count++;
        }

        return count;
    }
}
