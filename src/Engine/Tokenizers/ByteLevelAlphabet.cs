namespace Slerp.Engine.Tokenizers;

/// <summary>The spelling of bytes as visible characters that byte-level vocabularies use.</summary>
/// <remarks>
/// <para>Formula: the bytes 33–126, 161–172 and 174–255 are spelled by the Latin-1 character of the same number; the other 68, in
/// order, by U+0100 onwards. A space is therefore 'Ġ' and a line feed 'Ċ'.</para>
/// <para>Source: the GPT-2 release (Radford et al. 2019).</para>
/// </remarks>
internal static class ByteLevelAlphabet
{
    private const int FirstSubstitute = 0x100;
    private const int Substitutes = 68;

    private static ReadOnlySpan<byte> Substituted =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
        127, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144, 145, 146, 147, 148, 149, 150,
        151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 173,
    ];

    /// <summary>The character that spells a byte.</summary>
    public static char Spell(byte value) => value switch
    {
        <= 32 => (char)(FirstSubstitute + value),
        >= 127 and <= 160 => (char)(FirstSubstitute + 33 + value - 127),
        173 => (char)(FirstSubstitute + Substitutes - 1),
        _ => (char)value,
    };

    /// <summary>The byte a character spells, if it is of the alphabet.</summary>
    public static bool TryRead(char character, out byte value)
    {
        if (character >= FirstSubstitute)
        {
            var index = character - FirstSubstitute;
            value = index < Substitutes ? Substituted[index] : (byte)0;
            return index < Substitutes;
        }

        value = (byte)character;
        return Spell(value) == character;
    }
}
