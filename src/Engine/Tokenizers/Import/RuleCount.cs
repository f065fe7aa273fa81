namespace Slerp.Engine.Tokenizers.Import;

/// <summary>Counts the rules of one pipeline part while they are read, nested sequences included.</summary>
internal sealed class RuleCount
{
    // Published files have at most a dozen rules.
    private const int Maximum = 128;

    private int count;

    /// <summary>Counts one more.</summary>
    public void Add(JsonField field)
    {
        if (++count > Maximum)
        {
            throw new CheckpointException(field.FileName, $"{field.Path}: more than {Maximum} rules. Use a tokenizer with fewer.");
        }
    }

    /// <summary>A complaint about a rule of a kind that is not taken.</summary>
    public static CheckpointException Unsupported(JsonField rule, string type, string known) => new(
        rule.FileName, $"{rule.Path}.type: '{Vocabulary.Shorten(type)}' is not supported. Supported: {known}.");
}
