namespace Slerp.Engine;

/// <summary>Who speaks in a <see cref="ChatTurn"/>. A closed set: a template sees only these four words, so a role can carry no text of a caller.</summary>
public enum ChatTurnRole
{
    /// <summary>Instructions to the model.</summary>
    System,

    /// <summary>The person or program that asks.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,

    /// <summary>The result of a tool call.</summary>
    Tool,
}
