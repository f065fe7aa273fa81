using Slerp.Engine;

namespace Slerp.Connector;

/// <summary>What of a request's tokens is merged inside the model. Lossy.</summary>
public enum SlerpMergingMode
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Passages, tool results and what was said before the last question: <see cref="MergingMode.PromptOnly"/>.</summary>
    Prompt,

    /// <summary>The answer too, as published: <see cref="MergingMode.Incremental"/>. Without drafting.</summary>
    Incremental,
}
