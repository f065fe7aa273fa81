namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>Writes spaces as a visible character, puts one before the text, and cuts before each.</summary>
/// <param name="replacement">The visible character, U+2581 in published files.</param>
/// <param name="prepend">When one is put before the text.</param>
/// <param name="splits">Whether text is cut before each.</param>
/// <param name="fileName">The file the rule comes from.</param>
internal sealed class MetaspacePreTokenizer(char replacement, MetaspacePrepend prepend, bool splits, string fileName) : IPreTokenizer
{
    /// <inheritdoc/>
    public void Split(TextPiece piece, List<TextPiece> destination, CancellationToken cancellationToken = default)
    {
        if (piece.Length == 0)
        {
            return;
        }

        var written = Write(piece);
        var text = written.Text;
        var start = 0;
        for (var i = 1; splits && i < text.Length; i++)
        {
            // A run of replacements is cut before each but the last joins the word, as matches merged with what follows.
            if (text[i] == replacement)
            {
                cancellationToken.ThrowIfCancellationRequested();
                destination.Add(new TextPiece(written, start, i - start));
                start = i;
            }
        }

        destination.Add(new TextPiece(written, start, text.Length - start));
    }

    private AlignedText Write(TextPiece piece)
    {
        var source = piece.Source;
        var builder = new AlignedTextBuilder(source, fileName);
        var first = source.StartOf(piece.Start);
        var isWanted = prepend == MetaspacePrepend.Always || (prepend == MetaspacePrepend.First && first == 0);
        if (isWanted && piece.Span[0] != ' ' && piece.Span[0] != replacement)
        {
            builder.Add(replacement, first, first);
        }

        for (var i = piece.Start; i < piece.End; i++)
        {
            builder.Add(source.Text[i] == ' ' ? replacement : source.Text[i], source.StartOf(i), source.EndOf(i));
        }

        return builder.Build();
    }
}
