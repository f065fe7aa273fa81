namespace Slerp.Engine.Quality;

/// <summary>Fails text that goes round in circles.</summary>
/// <remarks>
/// <para>Formula: of the last w tokens, the w − p that have a token p places before them; the share of those that equal it, for the one p ≤ w / 2 with the highest.</para>
/// <para>Heuristics: a window of 72 tokens, judged from 24 on, periods up to 24, a share of two thirds. Lists repeat a frame around changing words, which stays below.</para>
/// </remarks>
internal sealed class RepetitionCheck : IQualityCheck
{
    public const string CheckName = "repetition";

    private const int Window = 72;
    private const int Fewest = 24;
    private const int LongestPeriod = 24;
    private const double Limit = 2.0 / 3;

    /// <inheritdoc />
    public string Name => CheckName;

    /// <inheritdoc />
    public QualityScope Scope => QualityScope.Segment;

    /// <inheritdoc />
    public bool NeedsProbabilities => false;

    /// <inheritdoc />
    public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens) =>
        Verdict.ByScore(LoopRate(tokens.Span), Limit, "the text goes round in circles");

    private static double LoopRate(ReadOnlySpan<TokenStatistics> tokens)
    {
        if (tokens.Length < Fewest)
        {
            return 0;
        }

        var window = tokens[^Math.Min(Window, tokens.Length)..];
        var most = 0.0;
        for (var period = 1; period <= Math.Min(LongestPeriod, window.Length / 2); period++)
        {
            var repeated = 0;
            for (var index = period; index < window.Length; index++)
            {
                repeated += window[index].Token == window[index - period].Token ? 1 : 0;
            }

            most = Math.Max(most, (double)repeated / (window.Length - period));
        }

        return most;
    }
}
