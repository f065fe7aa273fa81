namespace Slerp.Engine.Quality;

/// <summary>Fails an answer from a merged prompt that says what the prompt does not: names and numbers read from merged rows come out mangled, or are not found at all.</summary>
/// <remarks>
/// <para>Formula: 1 where a number of two digits or more is none of the prompt's (one digit counts things, a label numbers a list); else (words of the answer so far that are none of the
/// prompt's) / (words of the answer so far), from six words on or at the end. Words as <see cref="WordReader"/> reads them; the last one may go on: then it is one of the prompt's if one there
/// begins like it.</para>
/// <para>Judged is the prose of an answer (<see cref="AnswerProse"/>) over a merged prompt. One in other words than the prompt's, or with a number that was computed, fails too.</para>
/// <para>Cost: one pass over prompt and answer.</para>
/// </remarks>
/// <param name="limit">The highest share that passes.</param>
internal sealed class GroundingCheck(double limit) : IQualityCheck
{
    public const string CheckName = "grounding";

    private const int FewestWords = 6;

    /// <inheritdoc />
    public string Name => CheckName;

    /// <inheritdoc />
    public QualityScope Scope => QualityScope.Segment;

    /// <inheritdoc />
    public bool NeedsPrompt => true;

    /// <inheritdoc />
    public bool NeedsProbabilities => false;

    /// <inheritdoc />
    public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens)
    {
        if (context is not { PromptText: { } prompt, MergedText.Length: > 0 })
        {
            return Verdict.Passed;
        }

        var answer = AnswerWords.Of(AnswerProse.Of(context, text));
        if (answer.Words.Count == 0)
        {
            return Verdict.Passed;
        }

        var foreign = answer.Except(prompt);
        var share = (double)foreign.Count / answer.Words.Count;
        var score = foreign.Exists(static word => word.Length > 1 && char.IsAsciiDigit(word[0])) ? 1
            : answer.Words.Count >= FewestWords || context.Finish is not null ? share
            : 0;
        return Verdict.ByScore(score, limit, "it says what the prompt does not");
    }
}
