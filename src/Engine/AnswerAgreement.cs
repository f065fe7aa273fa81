namespace Slerp.Engine;

/// <summary>How much of a merged answer the model would have written unmerged, each token after the same tokens.</summary>
/// <param name="Tokens">Tokens of the answer.</param>
/// <param name="Agreeing">Those the unmerged model chooses too.</param>
/// <param name="RowsRead">Tokens of prompt and answer that were read again for it.</param>
/// <param name="Time">How long that took, pauses for other requests included.</param>
public sealed record AnswerAgreement(int Tokens, int Agreeing, int RowsRead, TimeSpan Time)
{
    /// <summary>The share that agrees.</summary>
    public double Share => Tokens == 0 ? 1 : (double)Agreeing / Tokens;
}
