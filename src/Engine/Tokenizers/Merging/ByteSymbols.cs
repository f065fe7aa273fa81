namespace Slerp.Engine.Tokenizers.Merging;

/// <summary>One symbol per UTF-8 byte: nothing is ever unknown.</summary>
/// <remarks>A byte keeps its token even where a file also lists that one character as an added token: without it text could not be written.</remarks>
internal sealed class ByteSymbols : ISymbolSource
{
    private readonly string fileName;
    private readonly int[] ids = new int[256];

    /// <summary>Looks up the spelling of every byte.</summary>
    /// <param name="vocabulary">Where the byte tokens are.</param>
    /// <param name="unknownId">What stands for a byte without a token; negative if nothing does.</param>
    /// <param name="fileName">The file to blame for a byte without a token.</param>
    public ByteSymbols(Vocabulary vocabulary, int unknownId, string fileName)
    {
        this.fileName = fileName;
        for (var value = 0; value < ids.Length; value++)
        {
            ids[value] = vocabulary.IdOf(ByteLevelAlphabet.Spell((byte)value).ToString()) ?? unknownId;
        }
    }

    /// <inheritdoc/>
    public void Read(ReadOnlySpan<char> piece, SymbolRun run)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < piece.Length;)
        {
            if (piece[i] < 0x80)
            {
                run.Add(IdOf((byte)piece[i++]), 1);
                continue;
            }

            var rune = UnicodeClass.RuneAt(piece, i, out var length);
            var count = rune.EncodeToUtf8(bytes);
            run.Add(IdOf(bytes[0]), length);
            for (var k = 1; k < count; k++)
            {
                run.Add(IdOf(bytes[k]), 0);
            }

            i += length;
        }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<char> Spell(ReadOnlySpan<char> piece, SymbolRun run)
    {
        var spelling = run.RentSpelling(System.Text.Encoding.UTF8.GetMaxByteCount(piece.Length));
        Span<byte> bytes = stackalloc byte[4];
        var count = 0;
        for (var i = 0; i < piece.Length;)
        {
            var encoded = UnicodeClass.RuneAt(piece, i, out var length).EncodeToUtf8(bytes);
            for (var k = 0; k < encoded; k++)
            {
                spelling[count++] = ByteLevelAlphabet.Spell(bytes[k]);
            }

            i += length;
        }

        return spelling[..count];
    }

    private int IdOf(byte value) => ids[value] >= 0
        ? ids[value]
        : throw new CheckpointException(
            fileName,
            $"model.vocab: no token spells the byte 0x{value:X2} ('{ByteLevelAlphabet.Spell(value)}') and there is no unk_token. Use a complete byte-level vocabulary.");
}
