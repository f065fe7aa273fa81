namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>One rule that cuts text into pieces no token may cross.</summary>
/// <remarks>Immutable, thread-safe.</remarks>
internal interface IPreTokenizer
{
    /// <summary>Adds the parts of a piece, in order.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="destination">Where they are added.</param>
    /// <param name="cancellationToken">Asked now and then, never for each character.</param>
    void Split(TextPiece piece, List<TextPiece> destination, CancellationToken cancellationToken = default);
}
