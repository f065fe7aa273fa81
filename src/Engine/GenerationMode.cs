namespace Slerp.Engine;

/// <summary>How the next segment is made.</summary>
public enum GenerationMode
{
    /// <summary>Plain decoding: one token a step from the unmerged prompt.</summary>
    Vanilla = 0,
}
