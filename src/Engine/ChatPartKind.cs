namespace Slerp.Engine;

/// <summary>What a <see cref="ChatPart"/> is to the engine.</summary>
public enum ChatPartKind
{
    /// <summary>Words that must reach the model exactly.</summary>
    Text,

    /// <summary>Context (a retrieved document, a file) that token merging may shorten where the caller asked for merging.</summary>
    Passage,
}
