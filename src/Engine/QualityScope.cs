namespace Slerp.Engine;

/// <summary>When a check looks.</summary>
public enum QualityScope
{
    /// <summary>At every segment of a judged answer, before a word of it is visible; its failure sends the answer back to vanilla decoding.</summary>
    Segment = 0,

    /// <summary>Once, at the end of every answer; its verdict is reported, nothing is taken back.</summary>
    Answer = 1,

    /// <summary>Once, when the prompt of a judged answer that merges was read and before a token is decoded; its failure has the prompt read again as vanilla decoding does.</summary>
    /// <remarks>Answers for which such a check is asked run the prompt's last token in a step of its own; others pay nothing for it.</remarks>
    Prompt = 2,
}
