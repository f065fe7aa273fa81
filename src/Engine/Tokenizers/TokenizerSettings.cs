using System.Globalization;
using Slerp.Engine.Tokenizers.Import;

namespace Slerp.Engine.Tokenizers;

/// <summary>What <c>tokenizer_config.json</c> says about a tokenizer whose own file does not.</summary>
internal sealed record TokenizerSettings
{
    /// <summary>What holds where there is no such file.</summary>
    public static readonly TokenizerSettings None = new();

    /// <summary>The class the tokenizer was published for, or null.</summary>
    public string? TokenizerClass { get; init; }

    /// <summary>The tokens of <c>added_tokens_decoder</c>.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Whether a beginning-of-sequence token stands before a text; absent means yes where the model has one.</summary>
    public bool AddsBeginning { get; init; } = true;

    /// <summary>Whether a text that begins with no space gets one.</summary>
    public bool AddsPrefixSpace { get; init; }

    /// <summary>Whether a SentencePiece model puts its dummy space after every control token, as the first published code did.</summary>
    public bool IsLegacy { get; init; } = true;

    /// <summary>Reads a file.</summary>
    /// <exception cref="CheckpointException">The file is malformed; the message names the field.</exception>
    public static TokenizerSettings Load(ReadOnlyMemory<byte> utf8Json, string fileName)
    {
        using var document = JsonField.Parse(utf8Json, fileName);
        var root = JsonField.Root(document, fileName);
        var tokens = new List<AddedToken>();
        if (root.Optional("added_tokens_decoder") is { } added)
        {
            foreach (var (key, entry) in added.Members())
            {
                var id = long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
                tokens.Add(AddedTokenJson.Read(entry, id));
            }
        }

        return new TokenizerSettings
        {
            TokenizerClass = root.OptionalText("tokenizer_class"),
            AddedTokens = tokens,
            AddsBeginning = root.OptionalFlag("add_bos_token", true),
            AddsPrefixSpace = root.OptionalFlag("add_prefix_space", false),
            IsLegacy = root.OptionalFlag("legacy", true),
        };
    }
}
