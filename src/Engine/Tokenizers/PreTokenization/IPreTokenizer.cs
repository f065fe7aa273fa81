namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>One rule that cuts text into pieces no token may cross.</summary>
/// <remarks>Immutable, thread-safe.</remarks>
internal interface IPreTokenizer
{
    /// <summary>Adds the parts of a piece, in order.</summary>
    void Split(TextPiece piece, List<TextPiece> destination);
}
