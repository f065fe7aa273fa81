using Slerp.Engine.Constraints.Strings;

namespace Slerp.Engine.Constraints.Frames;

/// <summary>Inside a property name, after its opening quote. The parent is the object without this property.</summary>
internal sealed class KeyFrame : Frame
{
    private readonly ObjectFrame _object;
    private readonly StringCursor _cursor;
    private readonly int _from;
    private readonly int _to;
    private readonly int _length;
    private readonly string _text;

    private KeyFrame(ObjectFrame @object, StringCursor cursor, int from, int to, int length, string text)
        : base(@object, HashCode.Combine(8, cursor, from, to, length, StringComparer.Ordinal.GetHashCode(text)))
    {
        _object = @object;
        _cursor = cursor;
        _from = from;
        _to = to;
        _length = length;
        _text = text;
    }

    /// <summary>Whether the name read so far begins no declared one, so that any text may follow.</summary>
    public bool IsFree => _from == _to && _cursor.IsBody && _object.AllowsOther();

    /// <summary>Whether a name with this beginning would repeat one of the undeclared names that the object has.</summary>
    public bool MayRepeat => _object.Seen.HasOtherFrom(_text);

    /// <summary>The frame after the closing quote of a free name, were it a new one.</summary>
    public Frame CloseAsNewName() => new ColonFrame(_object.Shape.Additional, 0, _object.With(_text));

    public static KeyFrame Begin(ObjectFrame @object) => new(@object, default, 0, @object.Shape.Names.Count, 0, "");

    public override void Step(int symbol, FrameSink into)
    {
        var read = _cursor.Advance(symbol, out var next);
        switch (read)
        {
            case StringCursor.Dead:
                break;
            case StringCursor.Close:
                if (Close() is { } colon)
                {
                    into.Add(colon);
                }

                break;
            case StringCursor.Pending:
                if (PickViable(next) >= 0)
                {
                    into.Add(new KeyFrame(_object, next, _from, _to, _length, _text));
                }

                break;
            default:
                var longer = After(read);
                if (longer.IsViable())
                {
                    into.Add(longer);
                }

                break;
        }
    }

    public override void Complete(List<int> symbols)
    {
        var frame = this;
        if (!_cursor.IsBody)
        {
            var codePoint = PickViable(_cursor);
            StringText.Finish(_cursor, codePoint, symbols);
            frame = After(codePoint);
        }

        ColonFrame? colon;
        while ((colon = frame.Close()) is null)
        {
            var codePoint = frame.NextTowardsEnd();
            StringText.Append(codePoint, symbols);
            frame = frame.After(codePoint);
        }

        symbols.Add('"');
        colon.Complete(symbols);
    }

    protected override bool HasSameContent(Frame other) =>
        other is KeyFrame frame && _cursor == frame._cursor && _from == frame._from && _to == frame._to && _length == frame._length
        && string.Equals(_text, frame._text, StringComparison.Ordinal);

    /// <summary>The frame after the closing quote, or null where the name may not be used here.</summary>
    private ColonFrame? Close()
    {
        var shape = _object.Shape;
        if (shape.Names.EndsAt(_from, _to, _length))
        {
            return _object.Allows(_from) ? new ColonFrame(shape.Children[_from], 0, _object.With(_from)) : null;
        }

        return _object.AllowsOther() && !_object.Seen.Has(_text) ? new ColonFrame(shape.Additional, 0, _object.With(_text)) : null;
    }

    private KeyFrame After(int codePoint)
    {
        var (from, to) = _object.Shape.Names.Narrow(_from, _to, _length, codePoint);

        // The text is only needed to tell other names apart; where there are none, the interval says it all.
        var text = _object.AllowsOther() ? _text + char.ConvertFromUtf32(codePoint) : "";
        return from == to ? new KeyFrame(_object, default, 0, 0, 0, text) : new KeyFrame(_object, default, from, to, _length + 1, text);
    }

    private bool IsViable() => _object.AllowsOther() || _object.FirstAllowed(_from, _to) >= 0;

    private int PickViable(StringCursor pending)
    {
        var (low, high, secondLow, secondHigh) = pending.Reachable();
        var found = low <= high ? FirstViable(low, high) : -1;
        return found < 0 && secondLow <= secondHigh ? FirstViable(secondLow, secondHigh) : found;
    }

    private int FirstViable(int low, int high)
    {
        if (_object.AllowsOther())
        {
            return low <= 'p' && high >= 'p' ? 'p' : low;
        }

        var (from, to) = _object.Shape.Names.Between(_from, _to, _length, low, high);
        var index = _object.FirstAllowed(from, to);
        return index < 0 ? -1 : _object.Shape.Names[index][_length];
    }

    /// <summary>The next code point towards a missing required name, else any allowed name, else a name that is new.</summary>
    private int NextTowardsEnd()
    {
        var shape = _object.Shape;
        var target = -1;
        for (var index = _from; index < _to; index++)
        {
            if (_object.Allows(index) && shape.Names[index].Count > _length && (target < 0 || (shape.IsRequired(index) && !shape.IsRequired(target))))
            {
                target = index;
            }
        }

        return target >= 0 ? shape.Names[target][_length] : 'p';
    }
}
