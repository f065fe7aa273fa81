namespace Slerp.Engine.Tokenizers.Import;

/// <summary>Reads one added token, as <c>tokenizer.json</c> and <c>tokenizer_config.json</c> both write it.</summary>
internal static class AddedTokenJson
{
    /// <summary>The token of an entry under a known id.</summary>
    public static AddedToken Read(JsonField entry, long id)
    {
        var special = entry.OptionalFlag("special", false);
        return new AddedToken
        {
            Id = id is >= 0 and <= int.MaxValue ? (int)id : throw entry.Wrong("an id within 0 to 2,147,483,647"),
            Content = entry.Required("content").Text(),
            Special = special,
            StripsLeft = entry.OptionalFlag("lstrip", false),
            StripsRight = entry.OptionalFlag("rstrip", false),
            SingleWord = entry.OptionalFlag("single_word", false),
            Normalized = entry.OptionalFlag("normalized", !special),
        };
    }
}
