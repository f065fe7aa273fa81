namespace Slerp.Engine.Templates;

/// <summary>What a part of the conversation is.</summary>
internal enum PromptPartKind
{
    System,
    User,
    Assistant,
    Tool,

    /// <summary>Content marked <see cref="ChatPartKind.Passage"/>, whatever its turn's role.</summary>
    Passage,

    /// <summary>The name, description or parameter schema of an offered tool.</summary>
    ToolSchema,

    /// <summary>Text in an extra variable of the request.</summary>
    Variable,
}
