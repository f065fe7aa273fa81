namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>Rules applied one after the other, each to every part the one before it made.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<IPreTokenizer> preTokenizers) : IPreTokenizer
{
    /// <inheritdoc/>
    public void Split(TextPiece piece, List<TextPiece> destination, CancellationToken cancellationToken = default)
    {
        List<TextPiece> parts = [piece], next = [];
        foreach (var preTokenizer in preTokenizers)
        {
            next.Clear();
            foreach (var part in parts)
            {
                cancellationToken.ThrowIfCancellationRequested();
                preTokenizer.Split(part, next, cancellationToken);
            }

            (parts, next) = (next, parts);
        }

        destination.AddRange(parts);
    }
}
