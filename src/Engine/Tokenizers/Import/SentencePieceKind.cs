namespace Slerp.Engine.Tokenizers.Import;

/// <summary>What an entry of a SentencePiece vocabulary is.</summary>
internal enum SentencePieceKind
{
    /// <summary>Ordinary text.</summary>
    Normal = 1,

    /// <summary>Stands for what cannot be written.</summary>
    Unknown = 2,

    /// <summary>Steers the model.</summary>
    Control = 3,

    /// <summary>Text that is never cut.</summary>
    UserDefined = 4,

    /// <summary>Kept for numbering only.</summary>
    Unused = 5,

    /// <summary>A single byte.</summary>
    Byte = 6,
}
