namespace Slerp.Engine;

/// <summary>When a check looks.</summary>
public enum QualityScope
{
    /// <summary>At every segment of a judged answer, before a word of it is visible; its failure sends the answer back to vanilla decoding.</summary>
    Segment = 0,

    /// <summary>Once, at the end of every answer; its verdict is reported, nothing is taken back.</summary>
    Answer = 1,
}
