namespace Slerp.Engine;

/// <summary>Who speaks in a <see cref="ChatTurn"/>.</summary>
public enum ChatTurnRole
{
    /// <summary>The application's instructions.</summary>
    System,

    /// <summary>The person.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,

    /// <summary>The result of a tool call.</summary>
    Tool,
}
