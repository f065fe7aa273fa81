namespace Slerp.Connector.Translation;

/// <summary>How many tool calls one answer may make.</summary>
internal enum CallCount
{
    /// <summary>As many as the model writes.</summary>
    Many = 0,

    /// <summary>The answer ends with the first.</summary>
    One,
}
