using Slerp.Engine.Tokenizers.PreTokenization;

namespace Slerp.Engine.Tokenizers.Import;

/// <summary>Reads <c>pre_tokenizer</c>.</summary>
/// <param name="Rule">The rule that cuts text, or null.</param>
/// <param name="IsByteLevel">Whether the vocabulary spells bytes.</param>
internal readonly record struct PreTokenizerJson(IPreTokenizer? Rule, bool IsByteLevel)
{
    private const string Known = "Sequence, ByteLevel, Split, Digits, Punctuation, Whitespace, WhitespaceSplit, Metaspace";

    /// <summary>The rule of a file.</summary>
    public static PreTokenizerJson Read(JsonField? field)
    {
        if (field is not { } rule)
        {
            return default;
        }

        var rules = new List<IPreTokenizer>();
        var isByteLevel = false;
        Read(rule, rules, ref isByteLevel, new RuleCount());
        return new PreTokenizerJson(rules.Count == 1 ? rules[0] : new PreTokenizerSequence(rules), isByteLevel);
    }

    private static void Read(JsonField rule, List<IPreTokenizer> rules, ref bool isByteLevel, RuleCount count)
    {
        count.Add(rule);
        if (isByteLevel)
        {
            throw new CheckpointException(rule.FileName, $"{rule.Path}: a rule after ByteLevel is not supported.");
        }

        var type = rule.Required("type").Text();
        if (type == "Sequence")
        {
            foreach (var item in rule.Required("pretokenizers").Items())
            {
                Read(item, rules, ref isByteLevel, count);
            }

            return;
        }

        isByteLevel = type == "ByteLevel";
        rules.Add(type switch
        {
            "ByteLevel" => new ByteLevelPreTokenizer(
                rule.OptionalFlag("add_prefix_space", true), rule.OptionalFlag("use_regex", true), rule.FileName),
            "Split" => Split(rule),
            "Digits" => new SplitPreTokenizer(
                new ClassScanner(UnicodeClass.IsNumber, wholeRuns: !rule.OptionalFlag("individual_digits", false)), SplitBehavior.Isolated),
            "Punctuation" => new SplitPreTokenizer(
                new ClassScanner(UnicodeClass.IsPunctuation, wholeRuns: false), Behavior(rule, SplitBehavior.Isolated)),
            "Whitespace" => new SplitPreTokenizer(new WordScanner(), SplitBehavior.Removed, invert: true),
            "WhitespaceSplit" => new SplitPreTokenizer(new ClassScanner(UnicodeClass.IsSpace, wholeRuns: false), SplitBehavior.Removed),
            "Metaspace" => Metaspace(rule),
            _ => throw RuleCount.Unsupported(rule, type, Known),
        });
    }

    private static SplitPreTokenizer Split(JsonField rule)
    {
        var pattern = PatternJson.Read(rule.Required("pattern"));
        return new SplitPreTokenizer(
            pattern.IsRegex ? PatternCatalog.Create(pattern.Text, pattern.Path, rule.FileName) : new StringScanner(pattern.Text),
            Behavior(rule, null),
            rule.OptionalFlag("invert", false));
    }

    private static SplitBehavior Behavior(JsonField rule, SplitBehavior? otherwise)
    {
        if (otherwise is { } known && rule.Optional("behavior") is null)
        {
            return known;
        }

        var field = rule.Required("behavior");
        return field.Text() switch
        {
            "Isolated" => SplitBehavior.Isolated,
            "Removed" => SplitBehavior.Removed,
            "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
            "MergedWithNext" => SplitBehavior.MergedWithNext,
            "Contiguous" => SplitBehavior.Contiguous,
            _ => throw field.Wrong("Isolated, Removed, MergedWithPrevious, MergedWithNext or Contiguous"),
        };
    }

    private static MetaspacePreTokenizer Metaspace(JsonField rule)
    {
        var replacement = rule.Required("replacement");
        if (replacement.Text() is not [var character])
        {
            throw replacement.Wrong("one character");
        }

        return new MetaspacePreTokenizer(character, MetaspaceJson.Prepend(rule), rule.OptionalFlag("split", true), rule.FileName);
    }
}
