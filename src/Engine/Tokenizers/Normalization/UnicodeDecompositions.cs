using System.Globalization;

namespace Slerp.Engine.Tokenizers.Normalization;

/// <summary>The tables of Unicode normalisation: combining classes, decompositions and which of them are composed again.</summary>
/// <remarks>
/// The runtime's own normalisation is the identity where globalisation is invariant and otherwise that of the host's ICU; token ids may not
/// depend on either, so the engine carries the tables. Immutable, thread-safe.
/// </remarks>
internal sealed class UnicodeDecompositions
{
    private const string ResourceName = "UnicodeDecompositions.txt";
    private const int HangulFirst = 0xAC00, LeadFirst = 0x1100, VowelFirst = 0x1161, TrailBefore = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28, HangulCount = LeadCount * VowelCount * TrailCount;

    private readonly Dictionary<int, byte> classes = [];
    private readonly Dictionary<int, int[]> canonical = [];
    private readonly Dictionary<int, int[]> compatible = [];
    private readonly Dictionary<(int First, int Second), int> compositions = [];
    private readonly HashSet<int> unstableComposed = [];

    private UnicodeDecompositions(TextReader reader)
    {
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split(' ');
            switch (parts[0])
            {
                case "c":
                    AddClass(parts);
                    break;
                case "=" or "!" or "~":
                    AddDecomposition(parts[0], Hexadecimal(parts[1]), Array.ConvertAll(parts[2..], Hexadecimal));
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>The one copy of the tables, read on first use.</summary>
    public static UnicodeDecompositions Instance => Holder.Tables;

    /// <summary>The canonical combining class; 0 for a starter.</summary>
    public byte ClassOf(int codePoint) => classes.GetValueOrDefault(codePoint);

    /// <summary>Whether text that holds this code point may change under the form.</summary>
    public bool MayChange(int codePoint, bool compose, bool compatibility)
    {
        if (classes.ContainsKey(codePoint) || (compatibility && (compatible.ContainsKey(codePoint) || canonical.ContainsKey(codePoint))))
        {
            return true;
        }

        return compose
            ? unstableComposed.Contains(codePoint) || codePoint is >= VowelFirst and < VowelFirst + VowelCount or > TrailBefore and < TrailBefore + TrailCount
            : canonical.ContainsKey(codePoint) || codePoint is >= HangulFirst and < HangulFirst + HangulCount;
    }

    /// <summary>Adds the full decomposition of a code point.</summary>
    public void Decompose(int codePoint, bool compatibility, List<int> destination)
    {
        if (codePoint is >= HangulFirst and < HangulFirst + HangulCount)
        {
            var index = codePoint - HangulFirst;
            destination.Add(LeadFirst + (index / (VowelCount * TrailCount)));
            destination.Add(VowelFirst + (index / TrailCount % VowelCount));
            if (index % TrailCount > 0)
            {
                destination.Add(TrailBefore + (index % TrailCount));
            }

            return;
        }

        if (!canonical.TryGetValue(codePoint, out var parts) && !(compatibility && compatible.TryGetValue(codePoint, out parts)))
        {
            destination.Add(codePoint);
            return;
        }

        foreach (var part in parts)
        {
            Decompose(part, compatibility, destination);
        }
    }

    /// <summary>The composition of two code points, or negative.</summary>
    public int Compose(int first, int second)
    {
        int lead = first - LeadFirst, vowel = second - VowelFirst;
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount)
        {
            return HangulFirst + (((lead * VowelCount) + vowel) * TrailCount);
        }

        int syllable = first - HangulFirst, trail = second - TrailBefore;
        if (syllable is >= 0 and < HangulCount && syllable % TrailCount == 0 && trail is > 0 and < TrailCount)
        {
            return first + trail;
        }

        return compositions.TryGetValue((first, second), out var composed) ? composed : -1;
    }

    private void AddClass(string[] parts)
    {
        for (var codePoint = Hexadecimal(parts[1]); codePoint <= Hexadecimal(parts[2]); codePoint++)
        {
            classes[codePoint] = byte.Parse(parts[3], CultureInfo.InvariantCulture);
        }
    }

    private void AddDecomposition(string kind, int composed, int[] parts)
    {
        (kind == "~" ? compatible : canonical)[composed] = parts;
        if (kind == "!")
        {
            unstableComposed.Add(composed);
        }
        else if (kind == "=")
        {
            compositions[(parts[0], parts[1])] = composed;
            unstableComposed.Add(parts[1]);
        }
    }

    private static int Hexadecimal(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static class Holder
    {
        public static readonly UnicodeDecompositions Tables = Read();

        private static UnicodeDecompositions Read()
        {
            using var stream = typeof(UnicodeDecompositions).Assembly.GetManifestResourceStream(ResourceName)
                ?? throw new InvalidOperationException($"The assembly lacks its resource {ResourceName}.");
            using var reader = new StreamReader(stream);
            return new UnicodeDecompositions(reader);
        }
    }
}
