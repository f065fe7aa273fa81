using Slerp.Engine.Tokenizers.Import;

namespace Slerp.Engine.Tokenizers;

/// <summary>Spellings and ids: the model's own tokens and the added ones.</summary>
/// <remarks>Built once from a file, then immutable. Bounded so that a bad id cannot ask for a giant array.</remarks>
internal sealed class Vocabulary
{
    /// <summary>The longest spelling taken, in UTF-16 units.</summary>
    public const int MaximumTokenLength = 16_384;

    // Real vocabularies stay below 300,000; ids may have gaps, but not beyond this unless the file holds that many tokens.
    private const int FreeIds = 1 << 20;

    private readonly string fileName;
    private readonly Dictionary<string, int> baseTokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AddedToken> addedTokens = new(StringComparer.Ordinal);
    private readonly HashSet<int> baseIds = [];
    private readonly Dictionary<int, AddedToken> addedIds = [];

    /// <summary>An empty vocabulary of a file.</summary>
    public Vocabulary(string fileName) => this.fileName = fileName;

    /// <summary>The model's own tokens.</summary>
    public IReadOnlyDictionary<string, int> BaseTokens => baseTokens;

    /// <summary>The tokens that are matched as whole strings.</summary>
    public IReadOnlyCollection<AddedToken> AddedTokens => addedTokens.Values;

    /// <summary>The highest id plus one.</summary>
    public int Size { get; private set; }

    /// <summary>Adds a token of the model.</summary>
    public void Add(string token, long id, FieldPath? field)
    {
        if (token.Length is 0 or > MaximumTokenLength)
        {
            throw new CheckpointException(fileName, $"{field}: a token of {token.Length} characters; a token has 1 to {MaximumTokenLength}.");
        }

        if (!baseTokens.TryAdd(token, CheckId(id, field)))
        {
            throw new CheckpointException(fileName, $"{field}: the token '{Shorten(token)}' stands twice in the vocabulary.");
        }

        if (!baseIds.Add((int)id))
        {
            throw new CheckpointException(fileName, $"{field}: the id {id} of '{Shorten(token)}' already belongs to another token.");
        }
    }

    /// <summary>Adds a token that is matched as a whole string.</summary>
    public void Add(AddedToken token, FieldPath? field)
    {
        if (token.Content.Length is 0 or > AddedTokenMatcher.MaximumLength)
        {
            throw new CheckpointException(
                fileName, $"{field}.content: {token.Content.Length} characters; an added token has 1 to {AddedTokenMatcher.MaximumLength}.");
        }

        CheckId(token.Id, field);
        if (baseTokens.TryGetValue(token.Content, out var known) && known != token.Id)
        {
            throw new CheckpointException(
                fileName, $"{field}.id: '{Shorten(token.Content)}' has the id {token.Id} here and {known} in the vocabulary.");
        }

        if (!addedTokens.TryAdd(token.Content, token) || !addedIds.TryAdd(token.Id, token))
        {
            throw new CheckpointException(fileName, $"{field}: '{Shorten(token.Content)}' or its id {token.Id} stands twice among the added tokens.");
        }
    }

    /// <summary>The id of a spelling, added tokens first.</summary>
    public int? IdOf(string token) =>
        addedTokens.TryGetValue(token, out var added) ? added.Id : baseTokens.TryGetValue(token, out var id) ? id : null;

    /// <summary>The added token of an id, or null.</summary>
    public AddedToken? AddedTokenOf(int id) => addedIds.GetValueOrDefault(id);

    /// <summary>Whether ordinary text may never become this token: it is matched as a whole string, outside content, or not at all.</summary>
    public bool IsForbiddenInText(int id) => addedIds.TryGetValue(id, out var token) && !token.IsPlainText;

    /// <summary>A spelling short enough for a message.</summary>
    public static string Shorten(string token) => token.Length <= 40 ? token : string.Concat(token.AsSpan(0, 37), "…");

    private int CheckId(long id, FieldPath? field)
    {
        var limit = Math.Max(FreeIds, 2L * (baseTokens.Count + addedTokens.Count + 1));
        if (id < 0 || id >= limit)
        {
            throw new CheckpointException(fileName, $"{field}: the id {id} is not within 0 to {limit - 1}.");
        }

        Size = Math.Max(Size, (int)id + 1);
        return (int)id;
    }
}
