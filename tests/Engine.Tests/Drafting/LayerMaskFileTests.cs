using System.Text;
using Slerp.Engine.Checkpoints;
using Slerp.Engine.Drafting.LayerSkipping;
using Slerp.Engine.Models;

namespace Slerp.Engine.Tests.Drafting;

public sealed class LayerMaskFileTests
{
    [Fact]
    public void Format_IsWhatParseReads()
    {
        var mask = new LayerMask(6, [1, 2, 4], [3]);
        var read = Parse(LayerMaskFile.Format(mask), 6);
        Assert.Equal([1, 2, 4], Enumerable.Range(0, 6).Where(read.SkipsAttention));
        Assert.Equal([3], Enumerable.Range(0, 6).Where(read.SkipsMlp));
    }

    [Theory]
    [InlineData("""{"layers": 5, "skip_attention": [], "skip_mlp": []}""", "layers")]
    [InlineData("""{"skip_attention": [], "skip_mlp": []}""", "layers")]
    [InlineData("""{"layers": 4, "skip_attention": [4], "skip_mlp": []}""", "skip_attention")]
    [InlineData("""{"layers": 4, "skip_attention": [], "skip_mlp": [-1]}""", "skip_mlp")]
    [InlineData("""{"layers": 4, "skip_attention": [2, 1], "skip_mlp": []}""", "skip_attention")]
    [InlineData("""{"layers": 4, "skip_attention": [1, 1], "skip_mlp": []}""", "skip_attention")]
    [InlineData("""{"layers": 4, "skip_attention": ["1"], "skip_mlp": []}""", "skip_attention")]
    [InlineData("""{"layers": 4, "skip_attention": [], "skip_mlp": [], "more": 1}""", "more")]
    [InlineData("""{"layers": 4, "layers": 4}""", "strict JSON")]
    [InlineData("[]", "object")]
    public void File_ThatDoesNotFit_IsRefusedByName(string text, string named)
    {
        var failure = Assert.Throws<CheckpointException>(() => Parse(text, 4));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.Contains("mask.json", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(22)]
    public void Default_KeepsTheEndsAndSkipsAttentionMoreOften(int layers)
    {
        var mask = LayerMaskFile.Default(layers);
        var attention = Enumerable.Range(0, layers).Where(mask.SkipsAttention).ToList();
        var mlp = Enumerable.Range(0, layers).Where(mask.SkipsMlp).ToList();
        Assert.Equal(Math.Max(0, layers - (2 * ((layers + 3) / 4))), attention.Count);
        Assert.Equal(attention.Count / 2, mlp.Count);
        Assert.All(attention, layer => Assert.InRange(layer, layers / 4, layers - 1 - (layers / 4)));
    }

    private static LayerMask Parse(string text, int layers) =>
        LayerMaskFile.Parse("mask.json", CheckpointJson.ParseObject("mask.json", Encoding.UTF8.GetBytes(text)), layers);
}
