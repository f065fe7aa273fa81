using Microsoft.Extensions.AI;

namespace Slerp.Connector.Translation;

/// <summary>The keys that are this client's own, by where they may stand: one that stands elsewhere or is a slip of the pen would change nothing in silence.</summary>
internal sealed class KnownProperties
{
    private const string Own = "slerp.";
    private const int MostSuggestedCharacters = 64;

    // Written on responses: frameworks carry the properties of an answer into the history, onto its messages and their content.
    private static readonly string[] Written =
    [
        SlerpProperties.Seed,
        SlerpProperties.QueueMilliseconds,
        SlerpProperties.PrefillMilliseconds,
        SlerpProperties.DecodeMilliseconds,
        SlerpProperties.TokensPerSecond,
        SlerpProperties.MergeSimilarity,
        SlerpProperties.MergeCutoff,
        SlerpProperties.ShadowAgreement,
        SlerpProperties.FallbackReason,
        SlerpProperties.FallbackStage,
        SlerpProperties.FallbackCheck,
    ];

    private static readonly KnownProperties Options = new(
        [
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
        ],
        []);

    private static readonly KnownProperties Content = new([SlerpProperties.Context], Written);
    private static readonly KnownProperties Message = new([], Written);
    private static readonly KnownProperties Embedding = new([], []);

    private readonly string[] _read;
    private readonly HashSet<string> _taken;

    private KnownProperties(string[] read, string[] carried)
    {
        _read = [.. read.Order(StringComparer.Ordinal)];
        _taken = new HashSet<string>([.. read, .. carried], StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether a key is this client's own, in whatever case. Other keys are other clients'.</summary>
    public static bool IsOwn(string key) => key.StartsWith(Own, StringComparison.OrdinalIgnoreCase);

    /// <summary>Refuses own keys that mean nothing on options.</summary>
    /// <exception cref="ArgumentException">There is one; names it and the nearest known one.</exception>
    public static void ThrowIfUnknown(ChatOptions? options) => Options.Check("ChatOptions", options?.AdditionalProperties);

    /// <summary>Refuses own keys that mean nothing on messages and their content.</summary>
    /// <exception cref="ArgumentException">There is one; names its place, it and the nearest known one.</exception>
    public static void ThrowIfUnknown(IReadOnlyList<ChatMessage> messages)
    {
        for (var index = 0; index < messages.Count; index++)
        {
            var message = messages[index];
            if (Message.Unknown(message.AdditionalProperties) is { } key)
            {
                throw Message.Refusal($"messages[{index}]", key);
            }

            for (var part = 0; part < message.Contents.Count; part++)
            {
                if (Content.Unknown(message.Contents[part].AdditionalProperties) is { } misplaced)
                {
                    throw Content.Refusal($"messages[{index}].Contents[{part}]", misplaced);
                }
            }
        }
    }

    /// <summary>Refuses own keys on options of a generator, which reads none.</summary>
    /// <exception cref="ArgumentException">There is one; names it.</exception>
    public static void ThrowIfUnknown(EmbeddingGenerationOptions? options) => Embedding.Check("EmbeddingGenerationOptions", options?.AdditionalProperties);

    private void Check(string place, AdditionalPropertiesDictionary? properties)
    {
        if (Unknown(properties) is { } key)
        {
            throw Refusal(place, key);
        }
    }

    private string? Unknown(AdditionalPropertiesDictionary? properties) => properties?.Keys.FirstOrDefault(key => IsOwn(key) && !_taken.Contains(key));

    private ArgumentException Refusal(string place, string key) => new($"{place}.AdditionalProperties[\"{key}\"] means nothing there. {Advice(key)}");

    private string Advice(string key)
    {
        var known = _read.Length == 0 ? "None is known there: remove it." : $"Known: {string.Join(", ", _read)}.";
        return $"{Place(key) ?? Nearest(key)}{known}";
    }

    // A key that is right elsewhere.
    private string? Place(string key) =>
        key.Equals(SlerpProperties.Seed, StringComparison.OrdinalIgnoreCase) ? "It is written on responses; ask for a seed by ChatOptions.Seed. "
        : this != Options && Options._taken.Contains(key) ? "It belongs on ChatOptions. "
        : this != Content && key.Equals(SlerpProperties.Context, StringComparison.OrdinalIgnoreCase) ? "It belongs on the content: TextContent.AsContext(). "
        : null;

    private string Nearest(string key)
    {
        var name = key.ToLowerInvariant();
        if (_read.Length == 0 || name.Length > MostSuggestedCharacters)
        {
            return "";
        }

        var (nearest, edits) = _read.Select(known => (known, Edits(known, name))).MinBy(static candidate => candidate.Item2);
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
