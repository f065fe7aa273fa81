using System.Diagnostics;
using System.Text.RegularExpressions;
using Slerp.Engine.Tokenizers.Import;

namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>Finds matches of a pattern that has no scanner of its own, within a time limit.</summary>
/// <remarks>
/// The runtime's expressions see UTF-16 units. Text beyond the Basic Multilingual Plane is therefore searched in a shadow where each
/// code point is one character of the same general category (<see cref="ShadowText"/>).
/// </remarks>
internal sealed class RegexScanner : IPatternScanner
{
    // A pattern that needs longer for one match backtracks without bound; published ones need microseconds.
    private static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(400);
    private const int FreeMilliseconds = 600;
    private const int CharactersPerMillisecond = 500;

    private readonly Regex regex;
    private readonly string pattern;
    private readonly string fileName;

    /// <summary>Translates a pattern written for Oniguruma.</summary>
    /// <param name="pattern">The pattern as the file has it.</param>
    /// <param name="field">The field of the file, for messages.</param>
    /// <param name="fileName">The file, for messages.</param>
    /// <exception cref="CheckpointException">The pattern is malformed or cannot be translated.</exception>
    public RegexScanner(string pattern, FieldPath? field, string fileName)
    {
        this.pattern = pattern;
        this.fileName = fileName;
        try
        {
            regex = new Regex(OnigurumaPattern.Translate(pattern), RegexOptions.CultureInvariant | RegexOptions.Multiline, MatchLimit);
        }
        catch (ArgumentException exception)
        {
            throw new CheckpointException(
                fileName, $"{field}: the pattern '{Vocabulary.Shorten(pattern)}' cannot be used: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public void Scan(ReadOnlySpan<char> text, List<TextRange> matches, CancellationToken cancellationToken = default)
    {
        var shadow = ShadowText.Of(text);
        var watch = Stopwatch.StartNew();
        var limit = FreeMilliseconds + (text.Length / CharactersPerMillisecond);
        try
        {
            foreach (var match in regex.EnumerateMatches(shadow is null ? text : shadow.Text))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (watch.ElapsedMilliseconds > limit)
                {
                    throw TooSlow(text.Length, inner: null);
                }

                if (match.Length > 0)
                {
                    var start = shadow?.OriginalIndex(match.Index) ?? match.Index;
                    var end = shadow?.OriginalIndex(match.Index + match.Length) ?? match.Index + match.Length;
                    matches.Add(new TextRange(start, end - start));
                }
            }
        }
        catch (RegexMatchTimeoutException exception)
        {
            throw TooSlow(text.Length, exception);
        }
    }

    private CheckpointException TooSlow(int length, Exception? inner) => new(
        fileName,
        $"the pattern '{Vocabulary.Shorten(pattern)}' took too long on a text of {length} characters. It backtracks without bound; use a tokenizer with a linear pattern.",
        inner);
}
