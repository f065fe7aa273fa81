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

    /// <summary>Inside a UTF-8 sequence only the bytes 0x80 to 0xBF are possible.</summary>
    private const int ContinuationBytes = 64;

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
            _next.Add(cursor.Phase switch
            {
                StringPhase.Body => NewRow(256),
                StringPhase.Utf8 => NewRow(ContinuationBytes),
                _ => [],
            });
        }

        return number;
    }

    /// <summary>The place after one more byte, or <see cref="Dead"/> or <see cref="Close"/>.</summary>
    public int Next(int place, byte symbol)
    {
        var row = _next[place];
        var index = (int)symbol;
        if (row.Length == ContinuationBytes)
        {
            index -= 0x80;
            if ((uint)index >= ContinuationBytes)
            {
                return Dead;
            }
        }
        else if (row.Length == 0)
        {
            return Compute(place, symbol);
        }

        var next = row[index];
        if (next == Unknown)
        {
            row[index] = next = Compute(place, symbol);
        }

        return next;
    }

    private static int[] NewRow(int length)
    {
        var row = new int[length];
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
