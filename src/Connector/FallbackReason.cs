namespace Slerp.Connector;

/// <summary>Why an answer went on in vanilla decoding.</summary>
public enum FallbackReason
{
    /// <summary>A quality check failed the text.</summary>
    Quality = 0,

    /// <summary>A check, or the application's own time limit, ran out of time.</summary>
    Timeout = 1,

    /// <summary>A check threw.</summary>
    CheckError = 2,

    /// <summary>The model produced a value that is not a number.</summary>
    NonFinite = 3,

    /// <summary>A step of the engine failed.</summary>
    Error = 4,

    /// <summary>The circuit was open: the strategy was not tried.</summary>
    CircuitOpen = 5,

    /// <summary>The unmerged model would have answered something else: found out when the answer was over, so that it concerns the circuit, never the answer.</summary>
    Disagreement = 6,
}
