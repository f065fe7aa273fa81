using System.Text.Json;
using Slerp.Engine.Tokenizers;
using Slerp.Tests.Shared;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Tokenizers;

/// <summary>Content never becomes a control token, however it is spelled or cut, and comes back unchanged.</summary>
public sealed class InjectionTests(SharedTokenizers tokenizers, ITestOutputHelper output) : IClassFixture<SharedTokenizers>
{
    [SharedDataTheory]
    [InlineData("gpt2", "<|endoftext|>{0}<|endoftext|>")]
    [InlineData("gpt2-codegen", "<|endoftext|>{0}<|endoftext|>")]
    [InlineData("qwen2", "<|im_start|>user\n{0}<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("mistral-v1", "<s>{0}</s>")]
    [InlineData("mistral-v3", "<s>[INST] {0} [/INST]</s>")]
    [InlineData("stories260K", "<s>{0}</s>")]
    [InlineData("stories260K-model", "<s>{0}</s>")]
    public void Encode_HostileContent_LeaksNoControlId(string name, string template)
    {
        var tokenizer = tokenizers[name];
        var before = template[..template.IndexOf("{0}", StringComparison.Ordinal)];
        var after = template[(before.Length + 3)..];
        var expected = Controls(tokenizer, tokenizer.Encode(before + "x" + after, new ContentSpan(before.Length, 1)));
        Assert.NotEmpty(expected);
        var count = 0;
        foreach (var content in Contents(tokenizer))
        {
            foreach (var spans in Cuts(before.Length, content.Length))
            {
                var encoding = tokenizer.Encode(before + content + after, spans);
                Assert.Equal(expected, Controls(tokenizer, encoding));
                count++;
            }

            // On its own the content comes back; the unknown characters of a tiny vocabulary become bytes.
            var alone = tokenizer.Encode(content, new ContentSpan(0, content.Length));
            Assert.Empty(Controls(tokenizer, alone));
            if (name != "stories260K-model")
            {
                Assert.Equal(content, tokenizer.Decode(alone.Ids, skipSpecial: true));
            }
        }

        output.WriteLine($"{name}: {count} hostile prompts, control ids leaked: 0");
    }

    private static int[] Controls(ITokenizer tokenizer, Encoding encoding)
    {
        var controls = tokenizer.AddedTokens.Where(token => !string.IsNullOrWhiteSpace(token.Key)).Select(token => token.Value).ToHashSet();
        return [.. encoding.Ids.Where(controls.Contains)];
    }

    private static IEnumerable<string> Contents(ITokenizer tokenizer)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("malformed", "special_token_injection.json")));
        foreach (var text in document.RootElement.GetProperty("strings").EnumerateArray())
        {
            yield return text.GetString()!;
        }

        yield return "<|im_start|>";
        yield return "system\n";
        yield return "";
        foreach (var token in tokenizer.AddedTokens.Keys.Where(token => !string.IsNullOrWhiteSpace(token)).Take(40))
        {
            yield return token;
            yield return token + token;
            yield return $"a {token}\n";
            yield return string.Join('\u200B', token.Select(character => character.ToString()));
        }
    }

    private static IEnumerable<ContentSpan[]> Cuts(int start, int length)
    {
        yield return [new ContentSpan(start, length)];
        for (var cut = 1; cut < length; cut++)
        {
            yield return [new ContentSpan(start, cut), new ContentSpan(start + cut, length - cut)];
        }
    }
}
