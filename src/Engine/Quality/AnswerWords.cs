namespace Slerp.Engine.Quality;

/// <summary>The words of an answer so far, to be looked up in its prompt.</summary>
/// <param name="Words">As <see cref="WordReader"/> reads them, labels of lists left out.</param>
/// <param name="MayGoOn">Whether the last one may go on.</param>
/// <param name="MayBeGrouped">Whether the last one is a number that may go on behind a mark between thousands.</param>
internal sealed record AnswerWords(IReadOnlyList<string> Words, bool MayGoOn, bool MayBeGrouped)
{
    /// <summary>Reads the words of some prose.</summary>
    public static AnswerWords Of(AnswerProse prose)
    {
        Span<char> buffer = stackalloc char[WordReader.LongestWord];
        var reader = new WordReader(prose.Text, buffer);
        var words = new List<string>();
        var (isLast, mayBeGrouped) = (false, false);
        while (reader.MoveNext())
        {
            if (!reader.IsLabel)
            {
                words.Add(reader.Current.ToString());
                (isLast, mayBeGrouped) = (reader.IsLast, reader.MayBeGrouped);
            }
        }

        return new AnswerWords(words, prose.MayGoOn && isLast, prose.MayGoOn && mayBeGrouped);
    }

    /// <summary>Whether a word of a text is the one at a place, or begins like it where that may go on.</summary>
    public bool IsAt(int place, in WordReader word) =>
        word.Current.SequenceEqual(Words[place])
        || (place == Words.Count - 1 && (MayGoOn || (MayBeGrouped && word.IsGrouped)) && word.Current.StartsWith(Words[place], StringComparison.Ordinal));

    /// <summary>Those that a text does not have, each as often as it stands in the answer.</summary>
    public List<string> Except(string text)
    {
        var last = Words.Count - 1;
        var missing = new HashSet<string>(Words.Take(last), StringComparer.Ordinal);
        var lookup = missing.GetAlternateLookup<ReadOnlySpan<char>>();
        var lacksLast = true;
        Span<char> buffer = stackalloc char[WordReader.LongestWord];
        var reader = new WordReader(text, buffer);
        while ((lacksLast || missing.Count > 0) && reader.MoveNext())
        {
            lookup.Remove(reader.Current);
            lacksLast = lacksLast && !IsAt(last, reader);
        }

        var foreign = Words.Take(last).Where(missing.Contains).ToList();
        if (lacksLast)
        {
            foreign.Add(Words[last]);
        }

        return foreign;
    }
}
