namespace Slerp.Engine.Tokenizers;

/// <summary>Answers whether a range of the text touches content.</summary>
internal sealed class ContentMap
{
    private readonly ContentSpan[] spans;

    /// <summary>Checks the spans and keeps those that hold text.</summary>
    /// <exception cref="ArgumentException">The spans overlap, are unsorted or leave the text.</exception>
    public ContentMap(ReadOnlySpan<ContentSpan> contentSpans, int textLength)
    {
        var kept = new List<ContentSpan>(contentSpans.Length);
        var end = 0;
        foreach (var span in contentSpans)
        {
            if (span.Start < end || span.Length < 0 || span.Length > textLength - span.Start)
            {
                throw new ArgumentException(
                    $"Content span [{span.Start}, +{span.Length}) is not after position {end} or not inside the text of {textLength} characters. "
                    + "Give sorted, disjoint spans.",
                    nameof(contentSpans));
            }

            end = span.End;
            if (span.Length > 0)
            {
                kept.Add(span);
            }
        }

        spans = [.. kept];
    }

    /// <summary>Whether any character of [start, end) is content.</summary>
    public bool Touches(int start, int end)
    {
        int low = 0, high = spans.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (spans[middle].End > start)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low < spans.Length && spans[low].Start < end;
    }
}
