namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>Finds all matches of one pattern.</summary>
/// <remarks>Immutable, thread-safe.</remarks>
internal interface IPatternScanner
{
    /// <summary>Adds the matches, in order and disjoint.</summary>
    void Scan(ReadOnlySpan<char> text, List<TextRange> matches);
}
