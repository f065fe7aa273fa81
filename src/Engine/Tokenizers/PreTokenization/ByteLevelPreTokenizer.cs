namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>The cutting part of the byte-level rule; spelling the bytes is left to the model's first symbols.</summary>
/// <param name="addsPrefixSpace">Whether a text that begins with no space gets one.</param>
/// <param name="splits">Whether the GPT-2 pattern cuts the text.</param>
/// <param name="fileName">The file the rule comes from.</param>
internal sealed class ByteLevelPreTokenizer(bool addsPrefixSpace, bool splits, string fileName) : IPreTokenizer
{
    private readonly SplitPreTokenizer split = new(new GptTwoScanner(), SplitBehavior.Isolated);

    /// <inheritdoc/>
    public void Split(TextPiece piece, List<TextPiece> destination, CancellationToken cancellationToken = default)
    {
        if (addsPrefixSpace && piece.Length > 0 && piece.Span[0] != ' ')
        {
            var builder = new AlignedTextBuilder(piece.Source, fileName);
            builder.Add(' ', piece.Source.StartOf(piece.Start), piece.Source.StartOf(piece.Start));
            builder.Copy(piece.Source, piece.Start, piece.Length);
            piece = new TextPiece(builder.Build(), 0, builder.Length);
        }

        if (splits)
        {
            split.Split(piece, destination, cancellationToken);
        }
        else
        {
            destination.Add(piece);
        }
    }
}
