using Slerp.Engine.Tokenizers.Import;

namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>The scanner of a pattern: a hand-written one for those known by heart, else a regular expression under a time limit.</summary>
internal static class PatternCatalog
{
    /// <summary>The scanner for a pattern of a tokenizer file.</summary>
    /// <exception cref="CheckpointException">The pattern is malformed or cannot be translated.</exception>
    public static IPatternScanner Create(string pattern, FieldPath? field, string fileName) => pattern switch
    {
        GptTwoScanner.Pattern => new GptTwoScanner(),
        WordAndNumberScanner.QwenPattern => new WordAndNumberScanner(numbersPerPiece: 1),
        WordAndNumberScanner.LlamaPattern => new WordAndNumberScanner(numbersPerPiece: 3),
        _ => new RegexScanner(pattern, field, fileName),
    };
}
