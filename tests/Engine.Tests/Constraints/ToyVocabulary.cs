using System.Text;
using Slerp.Engine.Constraints;

namespace Slerp.Engine.Tests.Constraints;

/// <summary>All single bytes, some longer tokens that cross structure, and a few special tokens.</summary>
internal static class ToyVocabulary
{
    private static readonly string[] Longer =
    [
        "\",\"", "\":\"", "\":", "\",", "{\"", "\"}", "[\"", "\"]", "{\"a\":", "\"a\"", "a\":", "b\":1", "\"b", "ab", "abc", "aab\"", "\",\"a\":", "\"}, {\"", "true", "null",
        "1}", "12", "0.5", "00", ",\n  ", " \"", "é", "\\u00", "\\ud83d", "\\u00e9\"", "<call>", "</call>", "\n</call>", "x y", "\":1,\"a\":2", "a\":1,\"a", "\"\":\"", "]]",
    ];

    public const int CallToken = 300;
    public const int EndToken = 301;
    public const int Size = 303;

    public static byte[][] Tokens { get; } = [.. Enumerable.Range(0, 256).Select(b => new[] { (byte)b }), .. Longer.Select(Encoding.UTF8.GetBytes)];

    public static ConstraintVocabulary Create() =>
        new(Size, token => token < Tokens.Length ? Tokens[token] : default(ReadOnlyMemory<byte>), [CallToken, 302], [EndToken]);

    /// <summary>A token's id by its text.</summary>
    public static int Id(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Array.FindIndex(Tokens, token => token.AsSpan().SequenceEqual(bytes));
    }

    public static string Text(IEnumerable<int> tokens) =>
        Encoding.UTF8.GetString([.. tokens.SelectMany(token => token < Tokens.Length ? Tokens[token] : Encoding.UTF8.GetBytes($"<{token}>"))]);
}
