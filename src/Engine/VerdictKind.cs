namespace Slerp.Engine;

/// <summary>How a check ended.</summary>
public enum VerdictKind
{
    /// <summary>Nothing was found.</summary>
    Passed = 0,

    /// <summary>The text should not be shown.</summary>
    Failed = 1,

    /// <summary>The check did not answer within its time and was abandoned.</summary>
    TimedOut = 2,

    /// <summary>The check itself threw.</summary>
    Threw = 3,
}
