using System.Buffers;

namespace Slerp.Engine.Tokenizers;

/// <summary>Finds added tokens in a text: leftmost first, the longest at one place, never where they touch content.</summary>
/// <remarks>
/// <para>The patterns are sorted; a candidate is found by narrowing the sorted range character by character. Cost per position: at most
/// <see cref="MaximumLength"/> narrowings, so a text costs O(n) whatever the number of patterns.</para>
/// <para>Immutable, thread-safe.</para>
/// </remarks>
internal sealed class AddedTokenMatcher
{
    /// <summary>The longest pattern taken; published ones have at most a few dozen characters.</summary>
    public const int MaximumLength = 256;

    private readonly string[] patterns;
    private readonly AddedToken[] tokens;
    private readonly SearchValues<char> firstCharacters;

    /// <summary>Prepares the patterns.</summary>
    /// <param name="entries">What to look for and the token it stands for; of equal patterns one counts.</param>
    public AddedTokenMatcher(IEnumerable<KeyValuePair<string, AddedToken>> entries)
    {
        var kept = entries.Where(entry => entry.Key.Length > 0).ToArray();
        patterns = Array.ConvertAll(kept, entry => entry.Key);
        tokens = Array.ConvertAll(kept, entry => entry.Value);
        Array.Sort(patterns, tokens, StringComparer.Ordinal);
        firstCharacters = SearchValues.Create([.. patterns.Select(pattern => pattern[0]).Distinct()]);
    }

    /// <summary>Whether there is nothing to find.</summary>
    public bool IsEmpty => patterns.Length == 0;

    /// <summary>The next match at or after a position.</summary>
    /// <param name="text">The text to search.</param>
    /// <param name="content">Where in the original no match may lie.</param>
    /// <param name="position">Where to begin: the end of the match before.</param>
    /// <param name="match">The match with the white space it swallows.</param>
    public bool TryFind(AlignedText text, ContentMap content, int position, out AddedTokenMatch match)
    {
        var characters = text.Text.AsSpan();
        for (var at = position; at < characters.Length;)
        {
            var skipped = characters[at..].IndexOfAny(firstCharacters);
            if (skipped < 0)
            {
                break;
            }

            at += skipped;
            var index = LongestAt(text, content, at);
            if (index < 0)
            {
                at++;
                continue;
            }

            var end = at + patterns[index].Length;
            var token = tokens[index];
            if (token.SingleWord && (EndsWithWord(characters[..at]) || StartsWithWord(characters[end..])))
            {
                at = end;
                continue;
            }

            var start = token.StripsLeft ? position + characters[position..at].TrimEnd().Length : at;
            end = token.StripsRight ? characters.Length - characters[end..].TrimStart().Length : end;
            match = new AddedTokenMatch(token, start, end);
            return true;
        }

        match = default;
        return false;
    }

    private int LongestAt(AlignedText text, ContentMap content, int start)
    {
        var characters = text.Text;
        int low = 0, high = patterns.Length, best = -1;
        for (var depth = 0; start + depth < characters.Length && low < high; depth++)
        {
            var character = characters[start + depth];
            if (!AllHave(low, high, depth, character))
            {
                low = Bound(low, high, depth, character);
                high = Bound(low, high, depth, character + 1);
            }

            // Of the patterns that share these characters the shortest sorts first.
            if (low < high && patterns[low].Length == depth + 1 && IsAllowed(text, content, tokens[low], start, start + depth))
            {
                best = low;
            }
        }

        return best;
    }

    private static bool IsAllowed(AlignedText text, ContentMap content, AddedToken token, int first, int last) =>
        token.IsPlainText || !content.Touches(text.StartOf(first), text.EndOf(last));

    /// <summary>Whether the whole range goes on with one character, as families of similar patterns do: then nothing is to be narrowed.</summary>
    private bool AllHave(int low, int high, int depth, char character) =>
        patterns[low].Length > depth && patterns[low][depth] == character && patterns[high - 1][depth] == character;

    /// <summary>The first pattern of the range whose character at a depth is at least <paramref name="character"/>.</summary>
    private int Bound(int low, int high, int depth, int character)
    {
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (patterns[middle].Length <= depth || patterns[middle][depth] < character)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static bool EndsWithWord(ReadOnlySpan<char> text) =>
        System.Text.Rune.DecodeLastFromUtf16(text, out var rune, out _) == OperationStatus.Done && UnicodeClass.IsWord(rune);

    private static bool StartsWithWord(ReadOnlySpan<char> text) =>
        System.Text.Rune.DecodeFromUtf16(text, out var rune, out _) == OperationStatus.Done && UnicodeClass.IsWord(rune);
}
