using Slerp.Engine.Checkpoints;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine;

/// <summary>Whether a second folder's tokenizer means by every id what the model's does.</summary>
internal static class SameVocabulary
{
    /// <summary>Refuses another vocabulary, with the first difference.</summary>
    /// <param name="path">The second folder.</param>
    /// <param name="whose">Whose tokenizer it holds: "the draft model".</param>
    /// <param name="other">That tokenizer.</param>
    /// <param name="target">The model's.</param>
    /// <param name="advice">What must be, and what to do.</param>
    /// <exception cref="CheckpointException">A token differs.</exception>
    public static void Require(string path, string whose, ITokenizer other, ITokenizer target, string advice)
    {
        if (other.VocabularySize != target.VocabularySize)
        {
            throw new CheckpointException(
                path, $"{whose}'s tokenizer has {other.VocabularySize:N0} ids, the model's {target.VocabularySize:N0}. {advice}");
        }

        for (var token = 0; token < target.VocabularySize; token++)
        {
            if (other.TokenOf(token) != target.TokenOf(token))
            {
                throw new CheckpointException(
                    path,
                    $"{whose}'s token {token} is '{Excerpt.Of(other.TokenOf(token) ?? "(none)")}', the model's '{Excerpt.Of(target.TokenOf(token) ?? "(none)")}'. {advice}");
            }
        }
    }
}
