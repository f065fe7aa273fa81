using System.Buffers;
using System.Text;

namespace Slerp.Engine.Tokenizers;

/// <summary>Turns tokens into text as they arrive; what it gave out is never taken back.</summary>
/// <remarks>
/// <para>Law: the concatenation of all <see cref="Append"/> results and <see cref="Flush"/> equals the decoding of the whole run.
/// A character is given out once all its bytes are there, so no half surrogate and no U+FFFD for a character that is only unfinished.</para>
/// <para>Belongs to one reader; not thread-safe.</para>
/// </remarks>
internal sealed class StreamingDetokenizer
{
    // The longest beginning of a character that is not yet the whole of it.
    private const int LongestUnfinished = 3;

    private readonly TokenSpellings spellings;
    private readonly bool skipSpecial;
    private readonly byte[] unfinished = new byte[LongestUnfinished];
    private int unfinishedLength;
    private int leadingSpaces;

    /// <summary>A reader at the start of a text.</summary>
    /// <param name="spellings">The tokens' bytes.</param>
    /// <param name="leadingSpaces">How many spaces to drop from the start of the text.</param>
    /// <param name="skipSpecial">Whether special tokens add nothing.</param>
    public StreamingDetokenizer(TokenSpellings spellings, int leadingSpaces, bool skipSpecial)
    {
        this.spellings = spellings;
        this.leadingSpaces = leadingSpaces;
        this.skipSpecial = skipSpecial;
    }

    /// <summary>Adds a token and returns the text that is complete now, perhaps none.</summary>
    public string Append(int id) => skipSpecial && spellings.IsSpecial(id) ? "" : AppendBytes(spellings.BytesOf(id));

    /// <summary>Adds bytes that tokens contributed and returns the text that is complete now, perhaps none.</summary>
    public string AppendBytes(ReadOnlySpan<byte> bytes)
    {
        var added = DropLeadingSpaces(bytes, ref leadingSpaces);
        if (added.IsEmpty)
        {
            return "";
        }

        if (unfinishedLength == 0)
        {
            return Take(added);
        }

        var joined = new byte[unfinishedLength + added.Length];
        unfinished.AsSpan(0, unfinishedLength).CopyTo(joined);
        added.CopyTo(joined.AsSpan(unfinishedLength));
        return Take(joined);
    }

    /// <summary>Ends the text: an unfinished character becomes U+FFFD.</summary>
    public string Flush()
    {
        var text = System.Text.Encoding.UTF8.GetString(unfinished, 0, unfinishedLength);
        unfinishedLength = 0;
        return text;
    }

    /// <summary>Removes up to <paramref name="spaces"/> spaces; the first other byte ends the removal for good.</summary>
    internal static ReadOnlySpan<byte> DropLeadingSpaces(ReadOnlySpan<byte> bytes, ref int spaces)
    {
        while (spaces > 0 && bytes.Length > 0)
        {
            if (bytes[0] != (byte)' ')
            {
                spaces = 0;
                break;
            }

            bytes = bytes[1..];
            spaces--;
        }

        return bytes;
    }

    private string Take(ReadOnlySpan<byte> bytes)
    {
        unfinishedLength = UnfinishedTail(bytes);
        bytes[^unfinishedLength..].CopyTo(unfinished);
        return System.Text.Encoding.UTF8.GetString(bytes[..^unfinishedLength]);
    }

    private static int UnfinishedTail(ReadOnlySpan<byte> bytes)
    {
        for (var length = 1; length <= Math.Min(LongestUnfinished, bytes.Length); length++)
        {
            if ((bytes[^length] & 0xC0) != 0x80)
            {
                return Rune.DecodeFromUtf8(bytes[^length..], out _, out _) == OperationStatus.NeedMoreData ? length : 0;
            }
        }

        return 0;
    }
}
