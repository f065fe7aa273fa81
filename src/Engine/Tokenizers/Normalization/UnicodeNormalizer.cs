using System.Text;

namespace Slerp.Engine.Tokenizers.Normalization;

/// <summary>The Unicode normalisation forms NFC, NFD, NFKC and NFKD, aligned with the original.</summary>
/// <remarks>
/// <para>Formula: decompose fully, sort marks by combining class (stable, within each run of non-starters), compose where the form says so.
/// A composed character stands for everything from its first source to its last.</para>
/// <para>Source: Unicode Standard Annex 15. Immutable, thread-safe.</para>
/// </remarks>
internal sealed class UnicodeNormalizer(bool compose, bool compatibility, string fileName) : INormalizer
{
    // Below these no code point changes under any composed or, respectively, decomposed or compatibility form.
    private const int FirstUnstableComposed = 0x300;
    private const int FirstUnstable = 0xA0;

    private readonly UnicodeDecompositions tables = UnicodeDecompositions.Instance;

    /// <inheritdoc/>
    public AlignedText Normalize(AlignedText text)
    {
        if (IsStable(text.Text))
        {
            return text;
        }

        var symbols = Decompose(text);
        Sort(symbols);
        if (compose)
        {
            Compose(symbols);
        }

        var builder = new AlignedTextBuilder(text, fileName);
        Span<char> characters = stackalloc char[2];
        foreach (var symbol in symbols)
        {
            var count = new Rune(symbol.CodePoint).EncodeToUtf16(characters);
            for (var i = 0; i < count; i++)
            {
                builder.Add(characters[i], symbol.Start, symbol.End);
            }
        }

        return builder.Build();
    }

    private bool IsStable(string text)
    {
        var firstUnstable = compose && !compatibility ? FirstUnstableComposed : FirstUnstable;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] >= firstUnstable)
            {
                var rune = UnicodeClass.RuneAt(text, i, out var length);
                i += length - 1;
                if (tables.MayChange(rune.Value, compose, compatibility))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private List<Symbol> Decompose(AlignedText text)
    {
        var symbols = new List<Symbol>(text.Text.Length);
        var parts = new List<int>();
        for (var i = 0; i < text.Text.Length;)
        {
            var rune = UnicodeClass.RuneAt(text.Text, i, out var length);
            parts.Clear();
            tables.Decompose(rune.Value, compatibility, parts);
            foreach (var part in parts)
            {
                symbols.Add(new Symbol(part, tables.ClassOf(part), text.StartOf(i), text.EndOf(i + length - 1)));
            }

            i += length;
        }

        return symbols;
    }

    private static void Sort(List<Symbol> symbols)
    {
        for (var i = 0; i < symbols.Count;)
        {
            if (symbols[i].Class == 0)
            {
                i++;
                continue;
            }

            var start = i;
            while (i < symbols.Count && symbols[i].Class != 0)
            {
                i++;
            }

            SortRun(symbols, start, i - start);
        }
    }

    private static void SortRun(List<Symbol> symbols, int start, int count)
    {
        var run = symbols.GetRange(start, count).OrderBy(symbol => symbol.Class).ToArray();
        // The order of the original stays with the place, so that offsets never decrease.
        for (var i = 0; i < count; i++)
        {
            symbols[start + i] = symbols[start + i] with { CodePoint = run[i].CodePoint, Class = run[i].Class };
        }
    }

    private void Compose(List<Symbol> symbols)
    {
        var kept = 0;
        int starter = -1, lastClass = -1;
        for (var i = 0; i < symbols.Count; i++)
        {
            var symbol = symbols[i];
            var composed = starter >= 0 && lastClass < symbol.Class ? tables.Compose(symbols[starter].CodePoint, symbol.CodePoint) : -1;
            if (composed >= 0)
            {
                symbols[starter] = symbols[starter] with { CodePoint = composed, End = Math.Max(symbols[starter].End, symbol.End) };
                continue;
            }

            if (symbol.Class == 0)
            {
                starter = kept;
                lastClass = -1;
            }
            else
            {
                lastClass = symbol.Class;
            }

            symbols[kept++] = symbol;
        }

        symbols.RemoveRange(kept, symbols.Count - kept);
    }

    private readonly record struct Symbol(int CodePoint, int Class, int Start, int End);
}
