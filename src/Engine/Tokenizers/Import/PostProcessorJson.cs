namespace Slerp.Engine.Tokenizers.Import;

/// <summary>Reads <c>post_processor</c>: which ids stand before and after a text.</summary>
internal static class PostProcessorJson
{
    private const string Known = "Sequence, TemplateProcessing, ByteLevel, RobertaProcessing, BertProcessing";

    /// <summary>The ids before and after a single text.</summary>
    public static (IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix) Read(JsonField? field, Vocabulary vocabulary)
    {
        var prefix = new List<int>();
        var suffix = new List<int>();
        if (field is { } rule)
        {
            Read(rule, vocabulary, prefix, suffix, new RuleCount());
        }

        return (prefix, suffix);
    }

    private static void Read(JsonField rule, Vocabulary vocabulary, List<int> prefix, List<int> suffix, RuleCount count)
    {
        count.Add(rule);
        var type = rule.Required("type").Text();
        switch (type)
        {
            case "Sequence":
                foreach (var item in rule.Required("processors").Items())
                {
                    Read(item, vocabulary, prefix, suffix, count);
                }

                break;
            case "ByteLevel":
                break;
            case "TemplateProcessing":
                ReadTemplate(rule, vocabulary, prefix, suffix);
                break;
            case "RobertaProcessing" or "BertProcessing":
                prefix.Insert(0, Pair(rule.Required("cls"), vocabulary));
                suffix.Add(Pair(rule.Required("sep"), vocabulary));
                break;
            default:
                throw RuleCount.Unsupported(rule, type, Known);
        }
    }

    private static void ReadTemplate(JsonField rule, Vocabulary vocabulary, List<int> prefix, List<int> suffix)
    {
        var known = rule.Optional("special_tokens");
        var before = new List<int>();
        var sequences = 0;
        var count = new RuleCount();
        foreach (var item in rule.Required("single").Items())
        {
            count.Add(item);
            if (item.Optional("Sequence") is not null)
            {
                sequences++;
                continue;
            }

            var token = item.Required("SpecialToken").Required("id");
            (sequences == 0 ? before : suffix).AddRange(SpecialIds(token, known, vocabulary));
        }

        if (sequences != 1)
        {
            throw new CheckpointException(rule.FileName, $"{rule.Path}.single names the text {sequences} times; expected once.");
        }

        prefix.InsertRange(0, before);
    }

    private static List<int> SpecialIds(JsonField token, JsonField? known, Vocabulary vocabulary)
    {
        var ids = new List<int>();
        if (known?.Optional(token.Text()) is not { } entry)
        {
            throw new CheckpointException(
                token.FileName, $"{token.Path}: '{Vocabulary.Shorten(token.Text())}' is not among the special_tokens of the template.");
        }

        foreach (var id in entry.Required("ids").Items())
        {
            ids.Add(IdWithin(id, vocabulary));
        }

        return ids;
    }

    private static int Pair(JsonField pair, Vocabulary vocabulary) =>
        pair.IsArray && pair.Length == 2 ? IdWithin(pair.Items().Last(), vocabulary) : throw pair.Wrong("a token and its id");

    private static int IdWithin(JsonField id, Vocabulary vocabulary) =>
        id.Integer() is >= 0 and var value && value < vocabulary.Size ? (int)value : throw id.Wrong($"an id within 0 to {vocabulary.Size - 1}");
}
