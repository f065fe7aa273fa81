namespace Slerp.Benchmarks.Quality;

/// <summary>Tells answers that go round in circles.</summary>
internal static class Loops
{
    private const int GramLength = 8;

    /// <summary>The share of 8-grams that occurred before; 0 where there is none.</summary>
    public static double RepeatedShare(ReadOnlySpan<int> tokens)
    {
        var count = tokens.Length - GramLength + 1;
        if (count <= 0)
        {
            return 0;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var start = 0; start < count; start++)
        {
            seen.Add(string.Join(' ', tokens.Slice(start, GramLength).ToArray()));
        }

        return 1 - ((double)seen.Count / count);
    }
}
