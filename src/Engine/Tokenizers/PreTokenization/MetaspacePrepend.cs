namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>When the space character is put before a text.</summary>
internal enum MetaspacePrepend
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>Only at the very start of the prompt.</summary>
    First,

    /// <summary>At the start and after each added token.</summary>
    Always,
}
