using Slerp.Engine.Tokenizers.Normalization;
using Slerp.Engine.Tokenizers.PreTokenization;

namespace Slerp.Engine.Tokenizers.Import;

/// <summary>Reads <c>normalizer</c>.</summary>
internal static class NormalizerJson
{
    private const string Known = "Sequence, Prepend, Replace, NFC, NFD, NFKC, NFKD, Lowercase, Strip";
    private const int MaximumContent = 256;

    /// <summary>The rule of a file, or null for none.</summary>
    public static INormalizer? Read(JsonField? field) => field is { } rule ? Read(rule, new RuleCount()) : null;

    private static INormalizer Read(JsonField rule, RuleCount count)
    {
        count.Add(rule);
        var type = rule.Required("type").Text();
        var file = rule.FileName;
        return type switch
        {
            "Sequence" => new NormalizerSequence([.. rule.Required("normalizers").Items().Select(item => Read(item, count))]),
            "Prepend" => new PrependNormalizer(Content(rule.Required("prepend")), file),
            "Replace" => Replace(rule),
            "NFC" => new UnicodeNormalizer(compose: true, compatibility: false, file),
            "NFD" => new UnicodeNormalizer(compose: false, compatibility: false, file),
            "NFKC" => new UnicodeNormalizer(compose: true, compatibility: true, file),
            "NFKD" => new UnicodeNormalizer(compose: false, compatibility: true, file),
            "Lowercase" => new LowercaseNormalizer(file),
            "Strip" => new StripNormalizer(rule.OptionalFlag("strip_left", true), rule.OptionalFlag("strip_right", true), file),
            _ => throw RuleCount.Unsupported(rule, type, Known),
        };
    }

    private static INormalizer Replace(JsonField rule)
    {
        var pattern = PatternJson.Read(rule.Required("pattern"));
        var content = Content(rule.Required("content"));
        return pattern.IsRegex
            ? new PatternReplaceNormalizer(new RegexScanner(pattern.Text, pattern.Path, rule.FileName), content, rule.FileName)
            : new ReplaceNormalizer(pattern.Text, content, rule.FileName);
    }

    private static string Content(JsonField field) => field.Text() is { Length: <= MaximumContent } text
        ? text
        : throw field.Wrong($"at most {MaximumContent} characters");
}
