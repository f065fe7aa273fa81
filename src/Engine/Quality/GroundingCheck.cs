namespace Slerp.Engine.Quality;

/// <summary>Fails an answer from a merged prompt that says what the prompt does not: names and numbers read from merged rows come out mangled, or are not found at all.</summary>
/// <remarks>
/// <para>Formula: (words of the answer so far that are no word of the prompt) / (words of the answer so far), and 1 where one of the former has two digits or more (one
/// digit numbers lists and counts). Words as in <see cref="SpacedWords"/>, whatever their case; the last one may go on: then it is one of the prompt if one there begins like it.</para>
/// <para>Judged is free text over a merged prompt, before any call. An answer in other words than the prompt's, or with a number that was computed, fails too: that costs time, not quality.</para>
/// </remarks>
/// <param name="limit">The highest share that passes.</param>
internal sealed class GroundingCheck(double limit) : IQualityCheck
{
    public const string CheckName = "grounding";

    /// <inheritdoc />
    public string Name => CheckName;

    /// <inheritdoc />
    public QualityScope Scope => QualityScope.Segment;

    /// <inheritdoc />
    public bool NeedsPrompt => true;

    /// <inheritdoc />
    public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens)
    {
        if (context is not { PromptText: { } prompt, Merging.MergedTokens: > 0 })
        {
            return Verdict.Passed;
        }

        var (words, foreign) = (0, 0);
        var hasForeignNumber = false;
        var mayGoOn = context.Finish is null or FinishReason.Length;
        var answer = new SpacedWords(AnswerProse.Of(context.Output, text));
        while (answer.MoveNext())
        {
            words++;
            if (!answer.IsIn(prompt, mayGoOn))
            {
                foreign++;
                hasForeignNumber |= HasNumber(answer.Current);
            }
        }

        return words == 0 ? Verdict.Passed : Verdict.ByScore(hasForeignNumber ? 1 : (double)foreign / words, limit, "it says what the prompt does not");
    }

    private static bool HasNumber(ReadOnlySpan<char> word) =>
        word.IndexOfAnyInRange('0', '9') is >= 0 and var first && word[(first + 1)..].ContainsAnyInRange('0', '9');
}
