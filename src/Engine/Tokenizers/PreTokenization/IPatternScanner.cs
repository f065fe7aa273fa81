namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>Finds all matches of one pattern.</summary>
/// <remarks>Immutable, thread-safe.</remarks>
internal interface IPatternScanner
{
    /// <summary>Adds the matches, in order and disjoint.</summary>
    /// <param name="text">The text.</param>
    /// <param name="matches">Where they are added.</param>
    /// <param name="cancellationToken">Asked at every match.</param>
    void Scan(ReadOnlySpan<char> text, List<TextRange> matches, CancellationToken cancellationToken = default);
}
