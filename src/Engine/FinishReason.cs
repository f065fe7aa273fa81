namespace Slerp.Engine;

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>The model wrote an end-of-text token.</summary>
    EndOfText,

    /// <summary>A stop sequence was written.</summary>
    StopSequence,

    /// <summary>The token limit or the end of the context was reached.</summary>
    Length,
}
