namespace Slerp.Engine.Quality;

/// <summary>The words of a text: what stands between white space, without punctuation and markup at its ends. Words of scripts that write without spaces are left out.</summary>
/// <param name="text">The text.</param>
internal ref struct SpacedWords(ReadOnlySpan<char> text)
{
    // Thai and Lao, and from the CJK radicals to the last Hangul syllable: what stands between spaces there is a phrase.
    private const char FirstThai = '\u0E00';
    private const char LastLao = '\u0EFF';
    private const char FirstEastern = '\u2E80';
    private const char LastEastern = '\uD7FF';

    private ReadOnlySpan<char> _rest = text;
    private ReadOnlySpan<char> _run;

    /// <summary>The word read last.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    /// <summary>Whether the text ends with it, so that it may go on.</summary>
    public readonly bool IsLast => _rest.IsEmpty;

    /// <summary>Reads the next word; false at the end.</summary>
    public bool MoveNext()
    {
        while (true)
        {
            _rest = _rest.TrimStart();
            if (_rest.IsEmpty)
            {
                return false;
            }

            var length = 1;
            while (length < _rest.Length && !char.IsWhiteSpace(_rest[length]))
            {
                length++;
            }

            _run = TrimStart(_rest[..length]);
            Current = TrimEnd(_run);
            _rest = _rest[length..];
            if (!Current.IsEmpty && !Current.ContainsAnyInRange(FirstThai, LastLao) && !Current.ContainsAnyInRange(FirstEastern, LastEastern))
            {
                return true;
            }
        }
    }

    /// <summary>Whether the word is another, whatever their case.</summary>
    /// <param name="other">A reader at the other word.</param>
    /// <param name="mayGoOn">Whether this text may go on: then its last word is the other, too, where that begins like it, punctuation behind it included.</param>
    public readonly bool Is(in SpacedWords other, bool mayGoOn) =>
        Current.Equals(other.Current, StringComparison.OrdinalIgnoreCase)
        || (mayGoOn && IsLast && other._run.StartsWith(_run, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a text has the word, as <see cref="Is"/> says.</summary>
    public readonly bool IsIn(ReadOnlySpan<char> text, bool mayGoOn)
    {
        for (var from = 0; text[from..].IndexOf(Current, StringComparison.OrdinalIgnoreCase) is >= 0 and var at; from += at + Current.Length)
        {
            var start = from + at;
            while (start > 0 && !char.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }

            var place = new SpacedWords(text[start..]);
            if (place.MoveNext() && Is(place, mayGoOn))
            {
                return true;
            }
        }

        return false;
    }

    // Markup too. A currency sign or a plus belongs to what it stands beside.
    private static bool IsEdge(char letter) => char.IsPunctuation(letter) || letter is '`' or '|' or '<' or '>' or '=' or '~';

    private static ReadOnlySpan<char> TrimStart(ReadOnlySpan<char> run)
    {
        while (!run.IsEmpty && IsEdge(run[0]))
        {
            run = run[1..];
        }

        return run;
    }

    private static ReadOnlySpan<char> TrimEnd(ReadOnlySpan<char> run)
    {
        while (!run.IsEmpty && IsEdge(run[^1]))
        {
            run = run[..^1];
        }

        return run;
    }
}
