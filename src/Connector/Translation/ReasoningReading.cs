namespace Slerp.Connector.Translation;

/// <summary>What happens to text between reasoning marks.</summary>
internal enum ReasoningReading
{
    /// <summary>The model has no such marks: all is text.</summary>
    AsText = 0,

    /// <summary>It is handed over as reasoning.</summary>
    Show,

    /// <summary>It is left out.</summary>
    Hide,
}
