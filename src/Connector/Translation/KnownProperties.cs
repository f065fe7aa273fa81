using Microsoft.Extensions.AI;

namespace Slerp.Connector.Translation;

/// <summary>The keys of options that are this client's own: one that is not among them is a slip of the pen, and would change nothing in silence.</summary>
internal static class KnownProperties
{
    private const string Own = "slerp.";
    private const int MostSuggestedCharacters = 64;

    private static readonly HashSet<string> Keys = new(StringComparer.OrdinalIgnoreCase)
    {
        SlerpProperties.Raw,
        SlerpProperties.Tenant,
        SlerpProperties.Drafter,
        SlerpProperties.Gate,
        SlerpProperties.Merge,
        SlerpProperties.MergeCutoff,
        SlerpProperties.MergeThreshold,
        SlerpProperties.MergePositions,
        SlerpProperties.MergeVariant,
        SlerpProperties.MergeKeepFirst,
        SlerpProperties.MergeMinimum,
        SlerpProperties.MergeKeepLast,
    };

    /// <summary>Refuses keys that begin with "slerp." and mean nothing. Other keys are other clients'.</summary>
    /// <exception cref="ArgumentException">There is one; names it and the nearest known one.</exception>
    public static void ThrowIfUnknown(AdditionalPropertiesDictionary? properties)
    {
        foreach (var key in properties?.Keys ?? Enumerable.Empty<string>())
        {
            if (key.StartsWith(Own, StringComparison.OrdinalIgnoreCase) && !Keys.Contains(key))
            {
                throw new ArgumentException(
                    $"ChatOptions.AdditionalProperties[\"{key}\"] is no option of this client. {Suggestion(key)}Known: {string.Join(", ", Keys.Order(StringComparer.Ordinal))}.");
            }
        }
    }

    private static string Suggestion(string key)
    {
        if (key.Equals(SlerpProperties.Seed, StringComparison.OrdinalIgnoreCase))
        {
            return "It is written on responses; ask for a seed by ChatOptions.Seed. ";
        }

        var name = key.ToLowerInvariant();
        var (nearest, edits) = name.Length > MostSuggestedCharacters
            ? (null, int.MaxValue)
            : Keys.Select(known => (known, Edits(known, name))).MinBy(static candidate => candidate.Item2);
        return edits <= (name.Length - Own.Length + 2) / 3 ? $"Did you mean \"{nearest}\"? " : "";
    }

    // Levenshtein: how many characters are added, left out or changed on the way from one to the other, kept row by row.
    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var changed = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, 1 + Math.Min(row[j - 1], diagonal));
            }
        }

        return row[^1];
    }
}
