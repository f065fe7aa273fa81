namespace Slerp.Connector;

/// <summary>Which answers are judged by segments before they are shown.</summary>
public enum GateUse
{
    /// <summary>Those that a lossy strategy makes: the rest flows as it comes.</summary>
    WhenLossy = 0,

    /// <summary>All. What is lossless is judged too and shown segment by segment.</summary>
    Always = 1,

    /// <summary>None. What is lossy is shown unjudged.</summary>
    Never = 2,
}
