using Slerp.Engine.Constraints;

namespace Slerp.Engine.Decoding;

/// <summary>The stop texts of one answer: where the first of them ends it, and how much of its end must be held back.</summary>
/// <remarks>
/// They count in the answer's text alone: not in its reasoning, and from its first call on there are none. One that ends within the mark of either is none,
/// which is known only when the mark is complete: until then it waits, and what follows it is not shown. So does one in the white space the answer begins
/// with, up to <see cref="TextMark.MostSpace"/> bytes, while a call may follow it; what stands right behind reasoning is none.
/// </remarks>
/// <param name="texts">The texts in UTF-8, none empty.</param>
/// <param name="reasoning">The reasoning it may begin with; null where it has none.</param>
/// <param name="mayCall">Whether it may be a call.</param>
internal sealed class StopTexts(IReadOnlyList<byte[]> texts, ReasoningPart? reasoning = null, bool mayCall = false)
{
    private readonly StopMatcher _matcher = new(texts);
    private int _bytes;
    private int _space;
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
        reasoning?.Reset();
        (_bytes, _space, _waitingStart, _waitingEnd, _isOver) = (0, 0, 0, 0, false);
    }

    /// <summary>Takes the bytes of a token; true where the answer ends with them.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="boundary">Where free text ends in them.</param>
    public bool Take(ReadOnlySpan<byte> bytes, CallBoundary boundary)
    {
        var callFree = boundary.Start is { } start ? _bytes + start : _bytes + bytes.Length - boundary.Pending;
        foreach (var value in bytes)
        {
            Take(value);
        }

        if (mayCall && callFree <= _space && _space <= TextMark.MostSpace)
        {
            callFree = 0;
        }

        var freeEnd = Math.Min(callFree, _bytes - (reasoning?.Pending ?? 0));
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

    private void Take(byte value)
    {
        _space += _space == _bytes && TextMark.IsSpace(value) ? 1 : 0;
        _bytes++;
        if (reasoning is not null && (reasoning.Advance(value) || reasoning.IsWithin || reasoning.IsAfter))
        {
            // What its mark looked like was no stop text, and none goes on behind it.
            _waitingEnd = 0;
            _matcher.Reset();
            return;
        }

        var length = _isOver ? 0 : _matcher.Advance(value);
        if (length > 0 && !IsWaiting)
        {
            (_waitingStart, _waitingEnd) = (_bytes - length, _bytes);
        }
    }
}
