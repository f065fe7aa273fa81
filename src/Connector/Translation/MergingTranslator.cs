using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>Whether and how tokens are merged: the request's word, else the client's defaults.</summary>
internal static class MergingTranslator
{
    /// <summary>The mode.</summary>
    public static MergingMode Translate(PropertyReader properties, SlerpMergingOptions defaults) => Kind(properties, defaults) switch
    {
        SlerpMergingMode.Prompt => new MergingMode.PromptOnly(
            Cutoff(properties, defaults),
            Threshold(properties, defaults) is { } threshold ? new MergePairing.Similar(threshold) : MergePairing.Blind.Instance,
            Named(properties, SlerpProperties.MergePositions, defaults.Positions),
            Named(properties, SlerpProperties.MergeVariant, defaults.Variant)),
        SlerpMergingMode.Incremental => new MergingMode.Incremental(
            Cutoff(properties, defaults),
            Count(properties, SlerpProperties.MergeKeepFirst, defaults.KeepFirst, 0),
            Count(properties, SlerpProperties.MergeMinimum, defaults.MinimumTokens, 0),
            Count(properties, SlerpProperties.MergeKeepLast, defaults.KeepLast, 1),
            Named(properties, SlerpProperties.MergePositions, defaults.Positions)),
        _ => MergingMode.None.Instance,
    };

    private static SlerpMergingMode Kind(PropertyReader properties, SlerpMergingOptions defaults) => properties.Word(SlerpProperties.Merge) switch
    {
        null => defaults.Mode,
        "true" => SlerpMergingMode.Prompt,
        "false" => SlerpMergingMode.None,
        _ => Named(properties, SlerpProperties.Merge, defaults.Mode),
    };

    private static MergeCutoff.Share Cutoff(PropertyReader properties, SlerpMergingOptions defaults) =>
        new(InRange(SlerpProperties.MergeCutoff, properties.Number(SlerpProperties.MergeCutoff), 0, 1, "a share of the layers, from 0 to 1") ?? defaults.Cutoff);

    private static float? Threshold(PropertyReader properties, SlerpMergingOptions defaults) =>
        (float?)InRange(SlerpProperties.MergeThreshold, properties.Number(SlerpProperties.MergeThreshold), -1, 1, "a cosine, from -1 to 1") ?? defaults.Threshold;

    private static int Count(PropertyReader properties, string key, int otherwise, int least)
    {
        var value = properties.Integer(key);
        InRange(key, value, least, int.MaxValue, $"at least {least}");
        return (int?)value ?? otherwise;
    }

    private static T Named<T>(PropertyReader properties, string key, T otherwise)
        where T : struct, Enum => properties.Word(key) is not { } word
            ? otherwise
            : Enum.GetNames<T>().Contains(word, StringComparer.OrdinalIgnoreCase)
                ? Enum.Parse<T>(word, ignoreCase: true)
                : throw new ArgumentException($"AdditionalProperties[\"{key}\"] is '{word}'; expected {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.");

    private static double? InRange(string key, double? value, double least, double most, string expected) =>
        value is null || (value >= least && value <= most)
            ? value
            : throw new ArgumentOutOfRangeException(key, value, $"AdditionalProperties[\"{key}\"] must be {expected}.");
}
