namespace Slerp.Engine.Tokenizers;

/// <summary>What each id looks like: its spelling, the bytes it adds to a text, whether it is special.</summary>
/// <remarks>Immutable; the bytes of all tokens lie in one array.</remarks>
internal sealed class TokenSpellings
{
    private readonly string?[] tokens;
    private readonly bool[] special;
    private readonly int[] starts;
    private readonly byte[] bytes;

    /// <summary>Spells every token of the vocabulary once.</summary>
    public TokenSpellings(Vocabulary vocabulary, DecodingRules rules)
    {
        tokens = new string?[vocabulary.Size];
        special = new bool[vocabulary.Size];
        starts = new int[vocabulary.Size + 1];
        foreach (var (token, id) in vocabulary.BaseTokens)
        {
            tokens[id] = token;
        }

        foreach (var token in vocabulary.AddedTokens)
        {
            tokens[token.Id] = token.Content;
            special[token.Id] = token.Special;
        }

        using var pool = new MemoryStream();
        for (var id = 0; id < tokens.Length; id++)
        {
            if (tokens[id] is { } token)
            {
                pool.Write(vocabulary.AddedTokenOf(id) is { } added ? rules.SpellAdded(added) : rules.Spell(token));
            }

            starts[id + 1] = checked((int)pool.Length);
        }

        bytes = pool.ToArray();
    }

    /// <summary>The highest id plus one.</summary>
    public int Size => tokens.Length;

    /// <summary>The spelling in the vocabulary, or null where the id is unused.</summary>
    public string? TokenOf(int id) => (uint)id < (uint)tokens.Length ? tokens[id] : null;

    /// <summary>Whether the token is special.</summary>
    public bool IsSpecial(int id) => (uint)id < (uint)special.Length && special[id];

    /// <summary>The bytes of the token; empty where the id is unused.</summary>
    public ReadOnlySpan<byte> BytesOf(int id) => (uint)id < (uint)tokens.Length ? bytes.AsSpan(starts[id]..starts[id + 1]) : default;
}
