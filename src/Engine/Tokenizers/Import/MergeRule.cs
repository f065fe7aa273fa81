using Slerp.Engine.Tokenizers.Merging;

namespace Slerp.Engine.Tokenizers.Import;

/// <summary>Checks one merge against the vocabulary and adds it.</summary>
internal static class MergeRule
{
    /// <summary>Adds the merge of two tokens unless its result may not come from text.</summary>
    public static void Add(
        MergeTable table, Vocabulary vocabulary, string left, string right, int rank, Func<int, bool> isForbidden, FieldPath? field, string fileName)
    {
        if (left.Length + right.Length > Vocabulary.MaximumTokenLength)
        {
            throw new CheckpointException(fileName, $"{field}: the result has more than {Vocabulary.MaximumTokenLength} characters.");
        }

        var result = Find(left + right);
        if (!isForbidden(result))
        {
            table.Add(Find(left), Find(right), rank, result);
        }

        int Find(string token) => vocabulary.BaseTokens.TryGetValue(token, out var id) ? id : vocabulary.IdOf(token)
            ?? throw new CheckpointException(fileName, $"{field}: '{Vocabulary.Shorten(token)}' is not in the vocabulary.");
    }
}
