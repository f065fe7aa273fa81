namespace Slerp.Engine.Quality;

/// <summary>Fails an answer from merged text that is no quotation of it: for applications that look values up.</summary>
/// <remarks>
/// <para>Formula: 1 − (leading words of the answer that stand in the merged text one after another, at the place where most of them do) / (words of the answer so far), by the search of
/// Knuth, Morris and Pratt over words. Words as <see cref="WordReader"/> reads them; the last one may go on.</para>
/// <para>Judged is the prose of an answer (<see cref="AnswerProse"/>) over a merged prompt; anything but a quotation fails. What was found unmerged in the prefix cache is no merged text.</para>
/// <para>Cost: one pass over merged text and answer.</para>
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
    public bool NeedsProbabilities => false;

    /// <inheritdoc />
    public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens)
    {
        if (context.MergedText is not { Length: > 0 } source)
        {
            return Verdict.Passed;
        }

        var answer = AnswerWords.Of(AnswerProse.Of(context, text));
        return answer.Words.Count == 0 ? Verdict.Passed : Verdict.ByScore(1 - ((double)Quoted(answer, source) / answer.Words.Count), 0, "it is no quotation");
    }

    private static int Quoted(AnswerWords answer, string source)
    {
        var borders = Borders(answer.Words);
        var (matched, most) = (0, 0);
        Span<char> buffer = stackalloc char[WordReader.LongestWord];
        var reader = new WordReader(source, buffer);
        while (most < answer.Words.Count && reader.MoveNext())
        {
            while (matched > 0 && !answer.IsAt(matched, reader))
            {
                matched = borders[matched];
            }

            matched += answer.IsAt(matched, reader) ? 1 : 0;
            most = Math.Max(most, matched);
        }

        return most;
    }

    // Of the first n words, how many are both their beginning and, further on, their end.
    private static int[] Borders(IReadOnlyList<string> words)
    {
        var borders = new int[words.Count + 1];
        for (int length = 1, border = 0; length < words.Count; length++)
        {
            while (border > 0 && words[length] != words[border])
            {
                border = borders[border];
            }

            border += words[length] == words[border] ? 1 : 0;
            borders[length + 1] = border;
        }

        return borders;
    }
}
