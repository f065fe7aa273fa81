namespace Slerp.Engine.Tokenizers.Import;

/// <summary>Reads a pattern: <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
/// <param name="Text">The string or expression, not empty.</param>
/// <param name="IsRegex">Which of the two it is.</param>
/// <param name="Path">Where it stands, for messages.</param>
internal readonly record struct PatternJson(string Text, bool IsRegex, FieldPath? Path)
{
    /// <summary>The pattern of a field.</summary>
    public static PatternJson Read(JsonField field)
    {
        var literal = field.Optional("String");
        var value = literal ?? field.Required("Regex");
        var text = value.Text();
        return text.Length > 0 ? new PatternJson(text, literal is null, value.Path) : throw value.Wrong("at least one character");
    }
}
