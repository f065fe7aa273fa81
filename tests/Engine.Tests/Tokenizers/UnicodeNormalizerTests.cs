using FsCheck.Fluent;
using Slerp.Engine.Tokenizers;
using Slerp.Engine.Tokenizers.Normalization;

namespace Slerp.Engine.Tests.Tokenizers;

public sealed class UnicodeNormalizerTests
{
    private static readonly UnicodeNormalizer Nfc = new(compose: true, compatibility: false, "f");
    private static readonly UnicodeNormalizer Nfd = new(compose: false, compatibility: false, "f");
    private static readonly UnicodeNormalizer Nfkc = new(compose: true, compatibility: true, "f");
    private static readonly UnicodeNormalizer Nfkd = new(compose: false, compatibility: true, "f");

    // The examples of Unicode Standard Annex 15, and the corners: exclusions, Hangul, blocking, astral.
    [Theory]
    [InlineData("\u212B", "\u00C5", "A\u030A", "\u00C5", "A\u030A")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E69", "s\u0323\u0307")]
    [InlineData("d\u0307\u0323", "\u1E0D\u0307", "d\u0323\u0307", "\u1E0D\u0307", "d\u0323\u0307")]
    [InlineData("\uFB01", "\uFB01", "\uFB01", "fi", "fi")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C", "\u1112\u1161\u11AB", "\uD55C", "\u1112\u1161\u11AB")]
    [InlineData("\uAC00\u11A7", "\uAC00\u11A7", "\u1100\u1161\u11A7", "\uAC00\u11A7", "\u1100\u1161\u11A7")]
    [InlineData("a\u0305\u0301", "a\u0305\u0301", "a\u0305\u0301", "a\u0305\u0301", "a\u0305\u0301")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165")]
    [InlineData("\u0301", "\u0301", "\u0301", "\u0301", "\u0301")]
    [InlineData("plain text", "plain text", "plain text", "plain text", "plain text")]
    public void Normalize_KnownStrings_GiveTheFourForms(string text, string nfc, string nfd, string nfkc, string nfkd) =>
        Assert.Equal([nfc, nfd, nfkc, nfkd], ((UnicodeNormalizer[])[Nfc, Nfd, Nfkc, Nfkd]).Select(form => Apply(form, text)));

    [Fact]
    public void Normalize_AnyText_KeepsTheLawsOfTheForms()
    {
        var character = Gen.OneOf(
            Gen.Choose(0x41, 0x7A), Gen.Choose(0xC0, 0x17F), Gen.Choose(0x300, 0x345), Gen.Choose(0x1100, 0x11FF), Gen.Choose(0xAC00, 0xAC80),
            Gen.Choose(0x1E00, 0x1FFF), Gen.Choose(0x3040, 0x30FF), Gen.Choose(0xF900, 0xFB06), Gen.Choose(0x900, 0x97F));
        var text = character.ArrayOf().Select(codes => string.Concat(codes.Select(char.ConvertFromUtf32))).ToArbitrary();
        Prop.ForAll(text, value =>
            Apply(Nfc, Apply(Nfc, value)) == Apply(Nfc, value)
            && Apply(Nfc, Apply(Nfd, value)) == Apply(Nfc, value)
            && Apply(Nfd, Apply(Nfc, value)) == Apply(Nfd, value)
            && Apply(Nfkc, Apply(Nfkd, value)) == Apply(Nfkc, value)
            && Apply(Nfkd, Apply(Nfd, value)) == Apply(Nfkd, value)).Holds(2000);
    }

    [Fact]
    public void Normalize_Composition_StandsForAllItsSources()
    {
        var text = Nfc.Normalize(new AlignedText("xe\u0301y", 10));
        Assert.Equal("xéy", text.Text);
        Assert.Equal((11, 13), (text.StartOf(1), text.EndOf(1)));
        Assert.Equal((13, 14), (text.StartOf(2), text.EndOf(2)));
    }

    private static string Apply(UnicodeNormalizer form, string text) => form.Normalize(new AlignedText(text, 0)).Text;
}
