using System.Text;
using System.Text.Json;
using Slerp.Engine.Constraints;

namespace Slerp.Tests.Shared.Engine;

/// <summary>The 151,643 byte-level tokens of Qwen2, as bytes; one end token after them.</summary>
internal static class Qwen2Vocabulary
{
    public const int EndToken = 151_643;

    public static byte[][] ReadTokens()
    {
        var byteOf = new Dictionary<char, byte>();
        var extra = 0;
        for (var value = 0; value < 256; value++)
        {
            // GPT-2's printable alphabet: visible Latin-1 stands for itself, the rest for code points from 256 up.
            var isVisible = value is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255);
            byteOf[isVisible ? (char)value : (char)(256 + extra++)] = (byte)value;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("tokenizers", "qwen2", "vocab.json")));
        var tokens = new byte[EndToken][];
        foreach (var entry in document.RootElement.EnumerateObject())
        {
            tokens[entry.Value.GetInt32()] = [.. entry.Name.Select(c => byteOf[c])];
        }

        return tokens;
    }

    public static ConstraintVocabulary Build(byte[][] tokens) => new(EndToken + 1, token => token < tokens.Length ? tokens[token] : default(ReadOnlyMemory<byte>), [], [EndToken]);

    /// <summary>Cuts a text into tokens, longest match first.</summary>
    public static List<int> Cut(byte[][] tokens, string text)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var token = 0; token < tokens.Length; token++)
        {
            known[Encoding.Latin1.GetString(tokens[token])] = token;
        }

        var bytes = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
        var result = new List<int>();
        for (var position = 0; position < bytes.Length;)
        {
            var length = Math.Min(32, bytes.Length - position);
            while (!known.ContainsKey(bytes.Substring(position, length)))
            {
                length--;
            }

            result.Add(known[bytes.Substring(position, length)]);
            position += length;
        }

        return result;
    }
}
