using System.Text.Json.Nodes;
using Slerp.Engine.Checkpoints;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Checkpoints;

public sealed class SafetensorsWeightsTests
{
    [Fact]
    public void Get_WrongShape_NamesFileTensorExpectedAndFound()
    {
        using var folder = new TemporaryFolder();
        using var weights = SafetensorsWeights.OpenFile(new SafetensorsWriter().Add("k_proj.weight", [2, 3], [1, 2, 3, 4, 5, 6]).Save(folder.Path("model.safetensors")));

        foreach (var shape in (int[][])[[3, 2], [2], [2, 3, 1], []])
        {
            var refusal = Assert.Throws<CheckpointException>(() => weights.Get("k_proj.weight", shape));
            Assert.EndsWith("model.safetensors", refusal.File, StringComparison.Ordinal);
            Assert.Contains("'k_proj.weight' has shape [2, 3]", refusal.Message, StringComparison.Ordinal);
            Assert.Contains($"expected [{string.Join(", ", shape)}]", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Get_MissingOrUnreadableTensor_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using var weights = SafetensorsWeights.OpenFile(new SafetensorsWriter().AddRaw("ids", [2], "I64", new byte[16]).Save(folder.Path("model.safetensors")));

        Assert.Contains("'lm_head.weight' is missing", Assert.Throws<CheckpointException>(() => weights.Get("lm_head.weight", 2, 2)).Message, StringComparison.Ordinal);
        Assert.Contains("I64", Assert.Throws<CheckpointException>(() => weights.Get("ids", 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NeverServed_AfterSomeGets_NamesTheRest()
    {
        using var folder = new TemporaryFolder();
        using var weights = SafetensorsWeights.OpenFile(new SafetensorsWriter().Add("a", [1], [1]).Add("b", [1], [1]).Add("c", [1], [1]).Save(folder.Path("model.safetensors")));
        weights.Get("b", 1);
        Assert.Equal(["a", "c"], weights.NeverServed);
    }

    [Theory]
    [InlineData(float.NaN, "F32")]
    [InlineData(float.PositiveInfinity, "F16")]
    [InlineData(float.NegativeInfinity, "BF16")]
    public void RequireFinite_OneBadValue_IsFoundAndPlaced(float bad, string dtype)
    {
        var values = new float[300 * 257];
        values[(299 * 257) + 13] = bad;
        using var folder = new TemporaryFolder();
        using var weights = SafetensorsWeights.OpenFile(new SafetensorsWriter().Add("w", [300, 257], values, dtype).Save(folder.Path("model.safetensors")));

        var refusal = Assert.Throws<CheckpointException>(() => weights.RequireFinite());

        Assert.Contains("row 299, column 13", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenFolder_Shards_AreServedByTheIndex()
    {
        using var folder = new TemporaryFolder();
        new SafetensorsWriter().Add("a", [1], [1]).Add("both", [1], [2]).Save(folder.Path("model-00001-of-00002.safetensors"));
        new SafetensorsWriter().Add("both", [1], [3]).Add("hidden", [1], [4]).Save(folder.Path("model-00002-of-00002.safetensors"));
        WriteIndex(folder, ("a", "model-00001-of-00002.safetensors"), ("both", "model-00002-of-00002.safetensors"));
        using var weights = SafetensorsWeights.OpenFolder(folder.FullPath);
        var value = new float[1];
        weights.Get("both", 1).ReadRows(0, 1, value);

        Assert.Equal(3, value[0]);
        Assert.False(weights.Contains("hidden"));
        Assert.Equal(["a"], weights.NeverServed);
    }

    [Fact]
    public void OpenFolder_TensorMissingFromItsShard_IsRefusedAndNoFileStaysOpen()
    {
        using var folder = new TemporaryFolder();
        new SafetensorsWriter().Add("a", [1], [1]).Save(folder.Path("one.safetensors"));
        WriteIndex(folder, ("a", "one.safetensors"), ("b", "one.safetensors"));

        var refusal = Assert.Throws<CheckpointException>(() => SafetensorsWeights.OpenFolder(folder.FullPath));

        Assert.EndsWith("one.safetensors", refusal.File, StringComparison.Ordinal);
        Assert.Contains("'b'", refusal.Message, StringComparison.Ordinal);
        using var exclusive = new FileStream(folder.Path("one.safetensors"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    [Theory]
    [InlineData("../other.safetensors")]
    [InlineData("sub/other.safetensors")]
    [InlineData("sub\\other.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("C:other.safetensors")]
    [InlineData("a.safetensors:stream.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData(".safetensors")]
    [InlineData("a.safetensors ")]
    [InlineData("a.safetensors\0.safetensors")]
    [InlineData("NUL.safetensors")]
    [InlineData("com1.x.safetensors")]
    [InlineData("pytorch_model.bin")]
    public void OpenFolder_ShardThatIsNoPlainName_IsRefused(string shard)
    {
        using var folder = new TemporaryFolder();
        WriteIndex(folder, ("a", shard));
        var refusal = Assert.Throws<CheckpointException>(() => SafetensorsWeights.OpenFolder(folder.FullPath));
        Assert.Contains("plain file name", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"weight_map":[]}""")]
    [InlineData("""{"weight_map":{"a":null}}""")]
    [InlineData("""{"weight_map":{"a":"x.safetensors","\u0061":"y.safetensors"}}""")]
    [InlineData("""{"weight_map":{"a":"\ud800"}}""")]
    [InlineData("""{"weight_map":{"\ud800":"x.safetensors"}}""")]
    [InlineData("""{"weight_map":{},"weight_map":{}}""")]
    [InlineData("""{"weight_map":{},}""")]
    public void OpenFolder_MalformedIndex_IsRefused(string index)
    {
        using var folder = new TemporaryFolder();
        folder.Write(ShardIndex.FileName, index);
        var refusal = Assert.Throws<CheckpointException>(() => SafetensorsWeights.OpenFolder(folder.FullPath));
        Assert.EndsWith(ShardIndex.FileName, refusal.File, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenFolder_IndexBeyondTheSizeLimit_IsRefusedBeforeReading()
    {
        using var folder = new TemporaryFolder();
        using (var index = new FileStream(folder.Path(ShardIndex.FileName), FileMode.Create))
        {
            index.SetLength(1L << 40);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("limit", Assert.Throws<CheckpointException>(() => SafetensorsWeights.OpenFolder(folder.FullPath)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    private static void WriteIndex(TemporaryFolder folder, params (string Tensor, string Shard)[] map)
    {
        var weightMap = new JsonObject();
        foreach (var (tensor, shard) in map)
        {
            weightMap.Add(tensor, shard);
        }

        folder.Write(ShardIndex.FileName, new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = 1e30 }, ["weight_map"] = weightMap }.ToJsonString());
    }
}
