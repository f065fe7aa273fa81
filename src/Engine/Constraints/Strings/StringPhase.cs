namespace Slerp.Engine.Constraints.Strings;

/// <summary>Where inside a JSON string's text the cursor stands.</summary>
internal enum StringPhase
{
    /// <summary>Between code points.</summary>
    Body,

    /// <summary>Inside a UTF-8 sequence.</summary>
    Utf8,

    /// <summary>After a backslash.</summary>
    Escape,

    /// <summary>Inside the four digits of a \u escape.</summary>
    Unicode,

    /// <summary>After the \u escape of a high surrogate: a backslash must follow.</summary>
    HighSurrogate,

    /// <summary>After that backslash: a u must follow.</summary>
    LowEscape,

    /// <summary>Inside the four digits of the low surrogate.</summary>
    LowUnicode,
}
