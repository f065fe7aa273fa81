namespace Slerp.Engine.Templates;

/// <summary>What a template can do and asks for, found out by rendering small conversations.</summary>
[Flags]
internal enum TemplateTraits
{
    None = 0,

    /// <summary>A leading system turn's text reaches the prompt.</summary>
    SystemRole = 1,

    /// <summary>Offered tools reach the prompt.</summary>
    Tools = 2,

    /// <summary>An assistant turn's tool calls reach the prompt.</summary>
    ToolCalls = 4,

    /// <summary>A tool turn's result reaches the prompt.</summary>
    ToolResults = 8,

    /// <summary>Two user turns in a row are refused.</summary>
    Alternation = 16,

    /// <summary>Tool-call arguments must be handed over as JSON text, not as a mapping.</summary>
    TextArguments = 32,

    /// <summary>An assistant turn that only calls tools must have no content (null) for its calls to be rendered.</summary>
    NullCallContent = 64,

    /// <summary>Content must be a list of typed parts, not a string.</summary>
    TypedContent = 128,

    /// <summary>Call ids must be nine letters and digits.</summary>
    ShortCallIds = 256,
}
