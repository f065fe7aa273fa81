namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>Rules applied one after the other, each to every part the one before it made.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<IPreTokenizer> preTokenizers) : IPreTokenizer
{
    /// <inheritdoc/>
    public void Split(TextPiece piece, List<TextPiece> destination)
    {
        List<TextPiece> parts = [piece], next = [];
        foreach (var preTokenizer in preTokenizers)
        {
            next.Clear();
            foreach (var part in parts)
            {
                preTokenizer.Split(part, next);
            }

            (parts, next) = (next, parts);
        }

        destination.AddRange(parts);
    }
}
