using System.Text;

namespace Slerp.Engine.Tokenizers.Normalization;

/// <summary>Lower-cases every code point, without regard to language.</summary>
internal sealed class LowercaseNormalizer(string fileName) : INormalizer
{
    // The one code point whose lower case has two: U+0130, capital I with a dot above.
    private const int DottedCapitalI = 0x130;

    /// <inheritdoc/>
    public AlignedText Normalize(AlignedText text)
    {
        var builder = new AlignedTextBuilder(text, fileName);
        Span<char> lowered = stackalloc char[2];
        for (var i = 0; i < text.Text.Length;)
        {
            var rune = UnicodeClass.RuneAt(text.Text, i, out var length);
            int start = text.StartOf(i), end = text.EndOf(i + length - 1);
            if (rune.Value == DottedCapitalI)
            {
                builder.Add("i\u0307", start, end);
            }
            else
            {
                var count = Rune.ToLowerInvariant(rune).EncodeToUtf16(lowered);
                for (var k = 0; k < count; k++)
                {
                    builder.Add(lowered[k], start, end);
                }
            }

            i += length;
        }

        return builder.Build();
    }
}
