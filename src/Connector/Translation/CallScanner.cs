using System.Text;

namespace Slerp.Connector.Translation;

/// <summary>Finds the mark that ends a call as its JSON arrives; the same characters inside a JSON string do not count.</summary>
internal struct CallScanner(string mark)
{
    private int _position;
    private bool _inString;
    private bool _escaped;

    /// <summary>Where the mark begins, or -1 while it has not been written. Goes on where it stopped: pass the same text, grown.</summary>
    public int Find(StringBuilder text)
    {
        var body = text.ToString(_position, text.Length - _position);
        for (var i = 0; i < body.Length; i++)
        {
            if (!_inString && body[i] == mark[0])
            {
                var rest = body.AsSpan(i);
                if (rest.StartsWith(mark, StringComparison.Ordinal))
                {
                    return _position + i;
                }

                if (mark.AsSpan().StartsWith(rest, StringComparison.Ordinal))
                {
                    _position += i;
                    return -1;
                }
            }

            Step(body[i]);
        }

        _position = text.Length;
        return -1;
    }

    private void Step(char c)
    {
        if (_escaped)
        {
            _escaped = false;
        }
        else if (c == '\\')
        {
            _escaped = _inString;
        }
        else if (c == '"')
        {
            _inString = !_inString;
        }
    }
}
