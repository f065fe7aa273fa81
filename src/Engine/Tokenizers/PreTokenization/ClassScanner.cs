using System.Text;

namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>Finds code points of a class, each alone or in runs.</summary>
/// <param name="isMember">The class.</param>
/// <param name="wholeRuns">Whether neighbours of the class are one match.</param>
internal sealed class ClassScanner(Func<Rune, bool> isMember, bool wholeRuns) : IPatternScanner
{
    /// <inheritdoc/>
    public void Scan(ReadOnlySpan<char> text, List<TextRange> matches, CancellationToken cancellationToken = default)
    {
        var runStart = -1;
        for (var i = 0; i < text.Length;)
        {
            var rune = UnicodeClass.RuneAt(text, i, out var length);
            if (!isMember(rune))
            {
                Close(matches, ref runStart, i, cancellationToken);
            }
            else if (wholeRuns)
            {
                runStart = runStart < 0 ? i : runStart;
            }
            else
            {
                cancellationToken.ThrowIfCancellationRequested();
                matches.Add(new TextRange(i, length));
            }

            i += length;
        }

        Close(matches, ref runStart, text.Length, cancellationToken);
    }

    private static void Close(List<TextRange> matches, ref int runStart, int end, CancellationToken cancellationToken)
    {
        if (runStart >= 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            matches.Add(new TextRange(runStart, end - runStart));
            runStart = -1;
        }
    }
}
