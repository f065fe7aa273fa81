using Slerp.Engine.Tokenizers.PreTokenization;

namespace Slerp.Engine.Tokenizers.Import;

/// <summary>Reads <c>decoder</c>.</summary>
internal static class DecoderJson
{
    private const string Known = "Sequence, ByteLevel, ByteFallback, Replace (String), Metaspace, Fuse, Strip (at the start, after Fuse)";
    private const int MaximumSpaces = 16;

    /// <summary>The rules of a file; without a decoder tokens are simply put together.</summary>
    public static DecodingRules Read(JsonField? field)
    {
        var reader = new Reader();
        if (field is { } rule)
        {
            reader.Read(rule);
        }

        return new DecodingRules
        {
            ByteLevel = reader.ByteLevel,
            ByteFallback = reader.ByteFallback,
            Replacements = reader.Replacements,
            LeadingSpaces = reader.LeadingSpaces,
        };
    }

    private sealed class Reader
    {
        private readonly RuleCount count = new();
        private bool isFused;

        public bool ByteLevel { get; private set; }

        public bool ByteFallback { get; private set; }

        public int LeadingSpaces { get; private set; }

        public List<KeyValuePair<string, string>> Replacements { get; } = [];

        public void Read(JsonField rule)
        {
            count.Add(rule);
            var type = rule.Required("type").Text();
            switch (type)
            {
                case "Sequence":
                    foreach (var item in rule.Required("decoders").Items())
                    {
                        Read(item);
                    }

                    break;
                case "ByteLevel":
                    ByteLevel = true;
                    break;
                case "ByteFallback":
                    ByteFallback = true;
                    break;
                case "Fuse":
                    isFused = true;
                    break;
                case "Replace":
                    ReadReplace(rule);
                    break;
                case "Metaspace":
                    Replacements.Add(KeyValuePair.Create(rule.Required("replacement").Text(), " "));
                    LeadingSpaces = MetaspaceJson.Prepend(rule) == MetaspacePrepend.Never ? 0 : 1;
                    break;
                case "Strip":
                    ReadStrip(rule);
                    break;
                default:
                    throw RuleCount.Unsupported(rule, type, Known);
            }
        }

        private void ReadReplace(JsonField rule)
        {
            var pattern = PatternJson.Read(rule.Required("pattern"));
            if (pattern.IsRegex || isFused)
            {
                throw new CheckpointException(rule.FileName, $"{rule.Path}: only {{\"String\"}} patterns before Fuse are supported in a decoder.");
            }

            Replacements.Add(KeyValuePair.Create(pattern.Text, rule.Required("content").Text()));
        }

        private void ReadStrip(JsonField rule)
        {
            var start = rule.Required("start").Integer();
            if (!isFused || rule.Required("content").Text() != " " || rule.Required("stop").Integer() != 0 || start is < 0 or > MaximumSpaces)
            {
                throw new CheckpointException(
                    rule.FileName, $"{rule.Path}: only a Strip of at most {MaximumSpaces} spaces at the start, after Fuse, is supported.");
            }

            LeadingSpaces += (int)start;
        }
    }
}
