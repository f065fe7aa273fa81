using System.Text;

namespace Slerp.Engine.Decoding;

/// <summary>Follows an answer byte by byte through the reasoning it may begin with.</summary>
/// <remarks>White space before it and behind it belongs to neither it nor the answer, up to <see cref="TextMark.MostSpace"/> bytes; what comes after them is text.</remarks>
/// <param name="syntax">How reasoning is marked.</param>
/// <param name="isOpen">Whether the prompt has begun it.</param>
internal sealed class ReasoningPart(ReasoningSyntax syntax, bool isOpen)
{
    private readonly byte[] _open = Encoding.UTF8.GetBytes(syntax.Open);
    private readonly StopMatcher _close = new([Encoding.UTF8.GetBytes(syntax.Close)]);
    private Place _place = isOpen ? Place.Within : Place.Before;
    private int _matched;
    private int _space;

    private enum Place
    {
        Before,
        Within,
        After,
        Behind,
    }

    /// <summary>Whether the bytes so far end within it.</summary>
    public bool IsWithin => _place == Place.Within;

    /// <summary>Whether what was read last is white space right behind it.</summary>
    public bool IsAfter => _place == Place.After;

    /// <summary>Bytes read last that may turn out to begin it, or to stand before it.</summary>
    public int Pending => _place == Place.Before ? _space + _matched : 0;

    /// <summary>Starts over.</summary>
    public void Reset()
    {
        _place = isOpen ? Place.Within : Place.Before;
        (_matched, _space) = (0, 0);
        _close.Reset();
    }

    /// <summary>Takes the next byte; true where it is the last of a mark, so that something else begins behind it.</summary>
    public bool Advance(byte value)
    {
        switch (_place)
        {
            case Place.Within when _close.Advance(value) > 0:
                (_place, _space) = (Place.After, 0);
                return true;
            case Place.Before when _open[_matched] == value:
                _place = ++_matched == _open.Length ? Place.Within : Place.Before;
                return IsWithin;
            case Place.Before or Place.After when IsSpaceBetween(value):
                _space++;
                return false;
            case Place.Before or Place.After:
                _place = Place.Behind;
                return false;
            default:
                return false;
        }
    }

    private bool IsSpaceBetween(byte value) =>
        (_place == Place.After || _matched == 0) && _space < TextMark.MostSpace && TextMark.IsSpace(value);
}
