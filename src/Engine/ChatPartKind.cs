namespace Slerp.Engine;

/// <summary>What a <see cref="ChatPart"/> is to the engine.</summary>
public enum ChatPartKind
{
    /// <summary>What its turn's role says: merged at most where it stands before the last question and the caller asked for merging.</summary>
    Text,

    /// <summary>Context (a retrieved document, a file) that token merging may shorten where the caller asked for merging.</summary>
    Passage,

    /// <summary>Words that must reach the model exactly, whatever their turn's role: never merged.</summary>
    Protected,
}
