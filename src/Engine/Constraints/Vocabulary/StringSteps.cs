using Slerp.Engine.Constraints.Frames;
using Slerp.Engine.Constraints.Strings;

namespace Slerp.Engine.Constraints.Vocabulary;

/// <summary>The steps of one string matcher, byte by byte, remembered while a mask is worked out: a walk repeats few of them very often.</summary>
internal sealed class StringSteps(StringMatcher matcher)
{
    /// <summary>The byte is not possible.</summary>
    public const int Dead = -1;

    /// <summary>The byte closes the string.</summary>
    public const int Close = -2;

    private const int Unknown = -3;

    private readonly Dictionary<(MatchState, StringCursor), int> _numbers = [];
    private readonly List<(MatchState State, StringCursor Cursor)> _places = [];
    private readonly List<int[]> _next = [];

    /// <summary>The number of a place inside the string.</summary>
    public int Place(MatchState state, StringCursor cursor)
    {
        if (!_numbers.TryGetValue((state, cursor), out var number))
        {
            _numbers[(state, cursor)] = number = _places.Count;
            _places.Add((state, cursor));
            // Places inside a character are many and seldom visited twice: only those between characters get a row.
            _next.Add(cursor.IsBody ? NewRow() : []);
        }

        return number;
    }

    /// <summary>The place after one more byte, or <see cref="Dead"/> or <see cref="Close"/>.</summary>
    public int Next(int place, byte symbol)
    {
        var row = _next[place];
        if (row.Length == 0)
        {
            return Compute(place, symbol);
        }

        var next = row[symbol];
        if (next == Unknown)
        {
            row[symbol] = next = Compute(place, symbol);
        }

        return next;
    }

    private static int[] NewRow()
    {
        var row = new int[256];
        Array.Fill(row, Unknown);
        return row;
    }

    private int Compute(int place, byte symbol)
    {
        var (state, cursor) = _places[place];
        return StringFrame.TryStep(matcher, state, cursor, symbol, out var next, out var nextCursor) switch
        {
            StringCursor.Dead => Dead,
            StringCursor.Close => Close,
            _ => Place(next, nextCursor),
        };
    }
}
