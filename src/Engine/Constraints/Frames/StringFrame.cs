using Slerp.Engine.Constraints.Strings;

namespace Slerp.Engine.Constraints.Frames;

/// <summary>Inside a string value, after its opening quote.</summary>
internal sealed class StringFrame(StringMatcher matcher, MatchState state, StringCursor cursor, Frame parent)
    : Frame(parent, HashCode.Combine(5, matcher, state, cursor))
{
    public StringMatcher Matcher => matcher;

    public MatchState State => state;

    public StringCursor Cursor => cursor;

    public override void Step(int symbol, FrameSink into)
    {
        switch (TryStep(matcher, state, cursor, symbol, out var nextState, out var nextCursor))
        {
            case StringCursor.Dead:
                break;
            case StringCursor.Close:
                Parent.Resume(into);
                break;
            default:
                into.Add(new StringFrame(matcher, nextState, nextCursor, Parent));
                break;
        }
    }

    /// <summary>One symbol without making a frame: <see cref="StringCursor.Dead"/>, <see cref="StringCursor.Close"/>, or anything else for "go on".</summary>
    public static int TryStep(StringMatcher matcher, MatchState state, StringCursor cursor, int symbol, out MatchState next, out StringCursor nextCursor)
    {
        next = state;
        if (cursor.IsBody && symbol is >= 0x20 and < 0x80 and not '"' and not '\\')
        {
            nextCursor = default;
            return matcher.TryStep(state, symbol, out next) ? symbol : StringCursor.Dead;
        }

        var read = cursor.Advance(symbol, out nextCursor);
        return read switch
        {
            StringCursor.Dead => StringCursor.Dead,
            StringCursor.Close => matcher.Accepts(state) ? StringCursor.Close : StringCursor.Dead,
            StringCursor.Pending => matcher.IsViable(state, nextCursor) ? StringCursor.Pending : StringCursor.Dead,
            _ => matcher.TryStep(state, read, out next) ? read : StringCursor.Dead,
        };
    }

    public override Frame ForMask(int horizon)
    {
        var canonical = matcher.Canonical(state, horizon);
        return canonical == state ? this : new StringFrame(matcher, canonical, cursor, Parent);
    }

    public override void Complete(List<int> symbols)
    {
        var reached = state;
        if (!cursor.IsBody)
        {
            var codePoint = matcher.PickViable(state, cursor);
            StringText.Finish(cursor, codePoint, symbols);
            matcher.TryStep(state, codePoint, out reached);
        }

        var codePoints = new List<int>();
        matcher.Complete(reached, codePoints);
        foreach (var codePoint in codePoints)
        {
            StringText.Append(codePoint, symbols);
        }

        symbols.Add('"');
        Parent.CompleteAfterChild(symbols);
    }

    protected override bool HasSameContent(Frame other) => other is StringFrame frame && ReferenceEquals(matcher, frame.Matcher) && state == frame.State && cursor == frame.Cursor;
}
