using System.Buffers;
using System.Text;
using FsCheck.Fluent;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine.Tests.Tokenizers;

public sealed class StreamingDetokenizerTests
{
    private readonly ITokenizer bytes = TinyTokenizers.Load(TinyTokenizers.ByteLevel());
    private readonly ITokenizer characters = TinyTokenizers.Load(TinyTokenizers.Characters());

    [Fact]
    public void Append_AnyTokens_ConcatenatesToTheFullDecoding()
    {
        foreach (var tokenizer in (ITokenizer[])[bytes, characters])
        {
            foreach (var skipSpecial in (bool[])[false, true])
            {
                var ids = Gen.Choose(-1, tokenizer.VocabularySize).ArrayOf().ToArbitrary();
                Prop.ForAll(ids, run => StreamsTo(tokenizer, run, tokenizer.Decode(run, skipSpecial), skipSpecial)).Holds(2000);
            }
        }
    }

    [Fact]
    public void Append_TextCutIntoBytes_NeverShowsAReplacementCharacter()
    {
        var rune = Gen.OneOf(Gen.Choose(0x20, 0x7E), Gen.Choose(0xA0, 0x7FF), Gen.Choose(0x800, 0xD7FF), Gen.Choose(0x10000, 0x10FFFF));
        var text = rune.ArrayOf().Select(runes => string.Concat(runes.Select(value => new Rune(value).ToString()))).ToArbitrary();
        Prop.ForAll(text, value => StreamsTo(
            bytes, [.. System.Text.Encoding.UTF8.GetBytes(value).Select(b => (int)b)], value, skipSpecial: false)).Holds(2000);
        Prop.ForAll(text, value => StreamsTo(
            characters, [.. System.Text.Encoding.UTF8.GetBytes(" " + value).Select(b => b + 3)], value, skipSpecial: true)).Holds(2000);
    }

    [Fact]
    public void Append_UnfinishedCharacter_IsHeldUntilItIsWholeOrFlushed()
    {
        var detokenizer = bytes.CreateDetokenizer(skipSpecial: true);
        Assert.Equal("", detokenizer.Append(0xF0));
        Assert.Equal("", detokenizer.Append(0x9F));
        Assert.Equal("", detokenizer.Append(TinyTokenizers.EndId));
        Assert.Equal("", detokenizer.Append(0xA6));
        Assert.Equal("🦙", detokenizer.Append(0x99));
        Assert.Equal("", detokenizer.Append(0xE2));
        Assert.Equal("\uFFFDa", detokenizer.Append('a'));
        Assert.Equal("", detokenizer.Append(0xC3));
        Assert.Equal("\uFFFD", detokenizer.Flush());
        Assert.Equal("", detokenizer.Flush());
    }

    [Fact]
    public void Append_FirstSpace_IsDroppedOnceOnly()
    {
        var hello = characters.IdOf("▁hello")!.Value;
        var detokenizer = characters.CreateDetokenizer(skipSpecial: true);
        Assert.Equal("", detokenizer.Append(1));
        Assert.Equal("hello", detokenizer.Append(hello));
        Assert.Equal(" hello", detokenizer.Append(hello));
    }

    private static bool StreamsTo(ITokenizer tokenizer, int[] ids, string expected, bool skipSpecial)
    {
        var detokenizer = tokenizer.CreateDetokenizer(skipSpecial);
        var deltas = ids.Select(detokenizer.Append).ToList();
        deltas.Add(detokenizer.Flush());
        return string.Concat(deltas) == expected && deltas.All(IsWhole);
    }

    private static bool IsWhole(string delta)
    {
        for (var i = 0; i < delta.Length;)
        {
            if (Rune.DecodeFromUtf16(delta.AsSpan(i), out _, out var length) != OperationStatus.Done)
            {
                return false;
            }

            i += length;
        }

        return true;
    }
}
