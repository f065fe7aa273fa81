using System.Buffers;
using System.Text;

namespace Slerp.Engine.Tokenizers.Merging;

/// <summary>One symbol per character; a character without a token becomes its byte tokens, or the unknown token.</summary>
internal sealed class CharacterSymbols : ISymbolSource
{
    private readonly string fileName;
    private readonly Dictionary<int, int> characters = [];
    private readonly int[]? bytes;
    private readonly int unknownId;
    private readonly bool fusesUnknown;

    /// <summary>Looks up all single-character tokens and, for byte fallback, the 256 byte tokens.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="byteFallback">Whether unknown characters become <c>&lt;0xNN&gt;</c> tokens.</param>
    /// <param name="unknownId">What stands for the unknown; negative if nothing does.</param>
    /// <param name="fusesUnknown">Whether neighbouring unknown characters become one token.</param>
    /// <param name="isForbidden">Tokens that text may not become.</param>
    /// <param name="fileName">The file to blame for a character without a token.</param>
    public CharacterSymbols(
        Vocabulary vocabulary, bool byteFallback, int unknownId, bool fusesUnknown, Func<int, bool> isForbidden, string fileName)
    {
        this.fileName = fileName;
        this.unknownId = unknownId;
        this.fusesUnknown = fusesUnknown;
        bytes = byteFallback ? ByteTokens.Find(vocabulary) : null;
        foreach (var (token, id) in vocabulary.BaseTokens)
        {
            if (Rune.DecodeFromUtf16(token, out var rune, out var length) == OperationStatus.Done
                && length == token.Length && !isForbidden(id))
            {
                characters[rune.Value] = id;
            }
        }
    }

    /// <inheritdoc/>
    public void Read(ReadOnlySpan<char> piece, SymbolRun run)
    {
        var lastWasUnknown = false;
        for (var i = 0; i < piece.Length;)
        {
            var rune = UnicodeClass.RuneAt(piece, i, out var length);
            var isUnknown = false;
            if (characters.TryGetValue(rune.Value, out var id))
            {
                run.Add(id, length);
            }
            else if (bytes is null || !TryAddBytes(rune, length, run))
            {
                isUnknown = true;
                AddUnknown(rune, length, fusesUnknown && lastWasUnknown, run);
            }

            lastWasUnknown = isUnknown;
            i += length;
        }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<char> Spell(ReadOnlySpan<char> piece, SymbolRun run) => piece;

    private bool TryAddBytes(Rune rune, int length, SymbolRun run)
    {
        Span<byte> encoded = stackalloc byte[4];
        encoded = encoded[..rune.EncodeToUtf8(encoded)];
        foreach (var value in encoded)
        {
            if (bytes![value] < 0)
            {
                return false;
            }
        }

        for (var i = 0; i < encoded.Length; i++)
        {
            run.Add(bytes![encoded[i]], i == 0 ? length : 0);
        }

        return true;
    }

    private void AddUnknown(Rune rune, int length, bool fuse, SymbolRun run)
    {
        if (unknownId < 0)
        {
            throw new CheckpointException(
                fileName,
                $"model: no token spells U+{rune.Value:X4}, and the vocabulary has neither its byte tokens nor an unk_token. Use a complete vocabulary.");
        }

        if (fuse)
        {
            run.Extend(length);
        }
        else
        {
            run.Add(unknownId, length);
        }
    }
}
