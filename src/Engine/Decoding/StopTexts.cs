using Slerp.Engine.Constraints;

namespace Slerp.Engine.Decoding;

/// <summary>The stop texts of one answer: where the first of them ends it, and how much of its end must be held back.</summary>
/// <remarks>
/// They count in free text alone. One that ends within the mark of a call is none, which is known only when the mark is complete: until then it waits, and
/// what follows it is not shown. From the call on there are none.
/// </remarks>
internal sealed class StopTexts(IReadOnlyList<byte[]> texts)
{
    private readonly StopMatcher _matcher = new(texts);
    private int _bytes;
    private int _waitingStart;
    private int _waitingEnd;
    private bool _isOver;

    /// <summary>Whether a stop text was read of which it is not yet known that it is one.</summary>
    public bool IsWaiting => _waitingEnd > 0;

    /// <summary>Bytes of the answer before the stop text that waits or ended it, or before what may yet become one.</summary>
    public int VisibleBytes => IsWaiting ? _waitingStart : _isOver ? _bytes : _bytes - _matcher.Pending;

    /// <summary>Starts over.</summary>
    public void Reset()
    {
        _matcher.Reset();
        (_bytes, _waitingStart, _waitingEnd, _isOver) = (0, 0, 0, false);
    }

    /// <summary>Takes the bytes of a token; true where the answer ends with them.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="boundary">Where free text ends in them.</param>
    public bool Take(ReadOnlySpan<byte> bytes, CallBoundary boundary)
    {
        var freeEnd = boundary.Start is { } start ? _bytes + start : _bytes + bytes.Length - boundary.Pending;
        foreach (var value in bytes)
        {
            _bytes++;
            var length = _isOver ? 0 : _matcher.Advance(value);
            if (length > 0 && !IsWaiting)
            {
                (_waitingStart, _waitingEnd) = (_bytes - length, _bytes);
            }
        }

        if (IsWaiting && _waitingEnd <= freeEnd)
        {
            return true;
        }

        if (boundary.Start is not null)
        {
            (_waitingEnd, _isOver) = (0, true);
        }

        return false;
    }
}
