namespace Slerp.Engine;

/// <summary>What a check knows besides the text. Immutable.</summary>
public sealed record QualityContext
{
    /// <summary>The segment judged, counted from 0; for a check of the answer, how many segments there were; -1 for a check of the prompt.</summary>
    public required int SegmentIndex { get; init; }

    /// <summary>Tokens of the segment judged; they are the last ones. None where the prompt is judged.</summary>
    public required int SegmentTokens { get; init; }

    /// <summary>How the text was made.</summary>
    public required GenerationMode Mode { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>The prompt as the model read it, line ends for special tokens; null unless one of the checks asked <see cref="IQualityCheck.NeedsPrompt"/>, and where parts of the prompt are no text.</summary>
    public string? PromptText { get; init; }

    /// <summary>What of it was merged in this answer, U+001E after each run; null as <see cref="PromptText"/> is, and where the prompt was not merged.</summary>
    public string? MergedText { get; init; }

    /// <summary>How tokens are chosen.</summary>
    public required SamplingMode Sampling { get; init; }

    /// <summary>What form the answer must have.</summary>
    public required OutputForm Output { get; init; }

    /// <summary>How the model marks reasoning at the start of its answer; null where that is text.</summary>
    public ReasoningSyntax? Reasoning { get; init; }

    /// <summary>How the reasoning ends that the prompt has begun and the text goes on with; null where it has begun none.</summary>
    public ReasoningSyntax? OpenReasoning { get; init; }

    /// <summary>Why the answer ended; null where it goes on.</summary>
    public FinishReason? Finish { get; init; }

    /// <summary>What merging did to the prompt.</summary>
    public MergeStats Merging { get; init; } = MergeStats.None;

    /// <summary>How sure the model is of its text when nothing is merged; null where it was not measured.</summary>
    public QualityCalibration? Calibration { get; init; }
}
