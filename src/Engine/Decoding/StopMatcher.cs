namespace Slerp.Engine.Decoding;

/// <summary>Finds stop texts in a stream of bytes, across token borders, and says how much of the end must be held back.</summary>
/// <remarks>One automaton per stop text (Knuth, Morris, Pratt 1977): its state is the length of the stop's prefix the stream ends with. No allocation per byte.</remarks>
internal sealed class StopMatcher
{
    private readonly byte[][] _stops;
    private readonly int[][] _failures;
    private readonly int[] _states;

    /// <summary>Creates a matcher for UTF-8 texts, none empty.</summary>
    public StopMatcher(IReadOnlyList<byte[]> stops)
    {
        _stops = [.. stops];
        _failures = [.. stops.Select(Failures)];
        _states = new int[_stops.Length];
    }

    /// <summary>Bytes at the end of the stream that may yet become a stop text.</summary>
    public int Pending
    {
        get
        {
            var pending = 0;
            foreach (var state in _states)
            {
                pending = Math.Max(pending, state);
            }

            return pending;
        }
    }

    /// <summary>Starts over.</summary>
    public void Reset() => Array.Clear(_states);

    /// <summary>Takes the next byte. Returns the length of the longest stop text that ends with it, or 0.</summary>
    public int Advance(byte value)
    {
        var matched = 0;
        for (var index = 0; index < _stops.Length; index++)
        {
            var stop = _stops[index];
            var state = _states[index];
            while (state > 0 && stop[state] != value)
            {
                state = _failures[index][state - 1];
            }

            if (stop[state] == value)
            {
                state++;
            }

            if (state == stop.Length)
            {
                matched = Math.Max(matched, state);
                state = _failures[index][state - 1];
            }

            _states[index] = state;
        }

        return matched;
    }

    // For each prefix, the length of its longest proper border.
    private static int[] Failures(byte[] stop)
    {
        var failures = new int[stop.Length];
        for (int index = 1, border = 0; index < stop.Length; index++)
        {
            while (border > 0 && stop[border] != stop[index])
            {
                border = failures[border - 1];
            }

            if (stop[border] == stop[index])
            {
                border++;
            }

            failures[index] = border;
        }

        return failures;
    }
}
