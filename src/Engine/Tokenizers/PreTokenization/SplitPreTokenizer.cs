namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>Cuts text where a pattern matches.</summary>
/// <param name="scanner">The pattern.</param>
/// <param name="behavior">What becomes of a match.</param>
/// <param name="invert">Whether the text between matches counts as the match.</param>
internal sealed class SplitPreTokenizer(IPatternScanner scanner, SplitBehavior behavior, bool invert = false) : IPreTokenizer
{
    /// <inheritdoc/>
    public void Split(TextPiece piece, List<TextPiece> destination, CancellationToken cancellationToken = default)
    {
        var matches = new List<TextRange>();
        scanner.Scan(piece.Span, matches, cancellationToken);
        var parts = new List<Part>(matches.Count + 1);
        var position = 0;
        foreach (var match in matches)
        {
            Add(parts, position, match.Start, isMatch: invert);
            Add(parts, match.Start, match.Start + match.Length, isMatch: !invert);
            position = match.Start + match.Length;
        }

        Add(parts, position, piece.Length, isMatch: invert);
        foreach (var part in Arrange(parts))
        {
            destination.Add(new TextPiece(piece.Source, piece.Start + part.Start, part.End - part.Start));
        }
    }

    private List<Part> Arrange(List<Part> parts) => behavior switch
    {
        SplitBehavior.Removed => parts.FindAll(part => !part.IsMatch),
        SplitBehavior.Contiguous => Join(parts, (before, part) => before.IsMatch == part.IsMatch),
        SplitBehavior.MergedWithPrevious => Join(parts, (before, part) => part.IsMatch && !before.IsMatch),
        SplitBehavior.MergedWithNext => JoinWithNext(parts),
        _ => parts,
    };

    /// <summary>Joins a part to the one before it; the joined piece keeps the kind of its last part.</summary>
    private static List<Part> Join(List<Part> parts, Func<Part, Part, bool> joins)
    {
        var joined = new List<Part>(parts.Count);
        foreach (var part in parts)
        {
            if (joined.Count > 0 && joins(joined[^1], part))
            {
                joined[^1] = part with { Start = joined[^1].Start };
            }
            else
            {
                joined.Add(part);
            }
        }

        return joined;
    }

    private static List<Part> JoinWithNext(List<Part> parts)
    {
        var joined = new List<Part>(parts.Count);
        for (var i = parts.Count - 1; i >= 0; i--)
        {
            if (joined.Count > 0 && parts[i].IsMatch && !joined[^1].IsMatch)
            {
                joined[^1] = parts[i] with { End = joined[^1].End };
            }
            else
            {
                joined.Add(parts[i]);
            }
        }

        joined.Reverse();
        return joined;
    }

    private static void Add(List<Part> parts, int start, int end, bool isMatch)
    {
        if (end > start)
        {
            parts.Add(new Part(start, end, isMatch));
        }
    }

    private readonly record struct Part(int Start, int End, bool IsMatch);
}
