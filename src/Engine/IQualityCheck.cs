namespace Slerp.Engine;

/// <summary>Judges text while it is written: the seam open to applications.</summary>
/// <remarks>
/// Called from worker threads, for several answers at once: implementations are thread-safe and have no side effects. One that does not answer in time is
/// abandoned, its thread is not: it should end by itself. One that throws fails the segment, never the request. Verdicts carry no text of the answer.
/// </remarks>
public interface IQualityCheck
{
    /// <summary>Its name, in verdicts and telemetry.</summary>
    string Name { get; }

    /// <summary>When it looks.</summary>
    QualityScope Scope { get; }

    /// <summary>Whether it reads <see cref="QualityContext.Calibration"/>, which is measured when somebody first asks.</summary>
    bool NeedsCalibration => false;

    /// <summary>Whether it reads <see cref="QualityContext.PromptText"/>, which is spelled only for those who say so.</summary>
    bool NeedsPrompt => false;

    /// <summary>
    /// Whether it reads what <see cref="TokenStatistics"/> says of probabilities. They take all logits of every token; where no check of a request wants them, most need not be computed.
    /// </summary>
    bool NeedsProbabilities => true;

    /// <summary>Judges.</summary>
    /// <param name="context">What is known besides the text.</param>
    /// <param name="text">The answer so far, the segment judged included.</param>
    /// <param name="tokens">The model's view of each token so far, the segment's included; empty for answers whose segments are not judged.</param>
    Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens);
}
