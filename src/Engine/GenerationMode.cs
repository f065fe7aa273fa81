namespace Slerp.Engine;

/// <summary>How the next segment is made.</summary>
public enum GenerationMode
{
    /// <summary>From the unmerged prompt, shown as it comes. A judged answer that is not vanilla yet is rejected first.</summary>
    Vanilla = 0,

    /// <summary>As the request asks: from the merged prompt where it merges, in segments where they are judged.</summary>
    Accelerated = 1,
}
