using Slerp.Engine.Tokenizers.Merging;

namespace Slerp.Engine.Tokenizers;

/// <summary>How the spelling of a token becomes text: every supported decoder is a map from tokens to bytes plus leading spaces to drop.</summary>
internal sealed record DecodingRules
{
    /// <summary>Whether tokens are spelled in the byte alphabet.</summary>
    public bool ByteLevel { get; init; }

    /// <summary>Whether <c>&lt;0xNN&gt;</c> stands for a byte.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Strings replaced within every token, in this order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Replacements { get; init; } = [];

    /// <summary>How many spaces are dropped from the start of a whole text.</summary>
    public int LeadingSpaces { get; init; }

    /// <summary>The bytes of a token of the model.</summary>
    public ReadOnlySpan<byte> Spell(string token)
    {
        if (ByteFallback && ByteTokens.TryRead(token, out var value))
        {
            return new[] { value };
        }

        if (ByteLevel && TryReadBytes(token, out var bytes))
        {
            return bytes;
        }

        foreach (var (pattern, content) in Replacements)
        {
            token = token.Replace(pattern, content, StringComparison.Ordinal);
        }

        return System.Text.Encoding.UTF8.GetBytes(token);
    }

    /// <summary>The bytes of an added token: its string as it is, unless it is a run of white space or a byte in the model's own spelling.</summary>
    public ReadOnlySpan<byte> SpellAdded(AddedToken token) =>
        token.IsPlainText || (ByteFallback && ByteTokens.TryRead(token.Content, out _))
            ? Spell(token.Content)
            : System.Text.Encoding.UTF8.GetBytes(token.Content);

    private static bool TryReadBytes(string token, out byte[] bytes)
    {
        bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (!ByteLevelAlphabet.TryRead(token[i], out bytes[i]))
            {
                return false;
            }
        }

        return true;
    }
}
