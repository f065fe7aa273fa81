using Slerp.Tests.Shared;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Tokenizers;

/// <summary>No text costs more than its length: the limits tell it from its square, which would take hours.</summary>
public sealed class LinearTimeTests(SharedTokenizers tokenizers, ITestOutputHelper output) : IClassFixture<SharedTokenizers>
{
    private const int Kibibyte = 1024;

    [SharedDataTheory]
    [InlineData("gpt2")]
    [InlineData("gpt2-codegen")]
    [InlineData("qwen2")]
    [InlineData("mistral-v1")]
    [InlineData("mistral-v3")]
    [InlineData("stories260K")]
    public void Encode_HardTexts_StayLinear(string name)
    {
        var tokenizer = tokenizers[name];
        tokenizer.Encode("warm up, 1 2 3");
        foreach (var part in (string[])["a", " ", "\n", " \n", "1", "e\u0301", "🦙", "<", "<|", "'", "ab ", "\u0301", "\uFEFF", "<|im_en"])
        {
            var shortText = Repeat(part, 64 * Kibibyte);
            var longText = Repeat(part, Kibibyte * Kibibyte);
            var small = ThreadTime.Measure(() => tokenizer.Encode(shortText));
            var large = part.Length == 1 ? ThreadTime.Measure(() => tokenizer.Encode(longText)) : 0;
            output.WriteLine($"{name} '{part.Replace("\n", "\\n", StringComparison.Ordinal)}': 64 KiB {small} ms, 1 MiB {large} ms");
            Assert.True(small < TestTimeouts.Short.TotalMilliseconds, $"{name} '{part}': 64 KiB took {small} ms");
            Assert.True(large < TestTimeouts.Limit.TotalMilliseconds, $"{name} '{part}': 1 MiB took {large} ms");
        }
    }

    private static string Repeat(string part, int length) => string.Concat(Enumerable.Repeat(part, length / part.Length));
}
