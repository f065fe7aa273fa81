using Slerp.Engine.Checkpoints;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Checkpoints;

public sealed class LoraWeightsTests : IDisposable
{
    private const string Config = """{"peft_type":"LORA","r":2,"lora_alpha":4,"target_modules":["q_proj"],"bias":"none","rank_pattern":{},"modules_to_save":null}""";

    private const string A = "base_model.model.layer.q_proj.lora_A.weight";

    private const string B = "base_model.model.layer.q_proj.lora_B.weight";

    private static readonly float[] W = [1, 2, 3, 4, 5, 6];

    private readonly List<SafetensorsWeights> _bases = [];

    public void Dispose() => _bases.ForEach(static weights => weights.Dispose());

    [Fact]
    public void Get_AdaptedModule_IsTheMergedMatrixRowByRow()
    {
        using var folder = new TemporaryFolder();
        using var weights = Open(folder, Config, GoodAdapter());
        var tensor = weights.Get("layer.q_proj.weight", 3, 2);
        var (whole, second, raw) = (new float[6], new float[2], new byte[8]);
        tensor.ReadRows(0, 3, whole);
        tensor.ReadRows(1, 1, second);
        tensor.ReadRawRows(1, 1, raw);

        // scale 4/2 = 2; A = [[1, 2], [3, 4]], B = [[1, 0], [0, 1], [1, 1]]: B·A = [[1, 2], [3, 4], [4, 6]].
        Assert.Equal([1 + 2, 2 + 4, 3 + 6, 4 + 8, 5 + 8, 6 + 12], whole);
        Assert.Equal(whole.AsSpan(2, 2), second.AsSpan());
        Assert.Equal(whole[2], BitConverter.ToSingle(raw, 0));
        Assert.Equal(["layer.norm.weight"], weights.NeverServed);
    }

    [Fact]
    public void Get_OtherModule_IsUntouched()
    {
        using var folder = new TemporaryFolder();
        using var weights = Open(folder, Config, GoodAdapter());
        var values = new float[2];
        weights.Get("layer.norm.weight", 2).ReadRows(0, 1, values);
        Assert.Equal([7, 8], values);
        Assert.Equal(["layer.q_proj.weight"], weights.NeverServed);
    }

    [Fact]
    public void RequireApplied_UpdateThatNobodyAskedFor_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using var weights = Open(folder, Config, GoodAdapter());
        Assert.Contains(A, Assert.Throws<CheckpointException>(weights.RequireApplied).Message, StringComparison.Ordinal);
        weights.Get("layer.q_proj.weight", 3, 2);
        weights.RequireApplied();
    }

    [Theory]
    [InlineData("F32", 7, 5)]
    [InlineData("BF16", 40, 300)]
    [InlineData("F16", 3, 2500)]
    public void Rows_AnyRangeRawOrWidened_AreOneRoundingOfTheMergedRows(string stored, int rows, int columns)
    {
        const int Rank = 3;
        var random = new Random(3);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
        using var folder = new TemporaryFolder();
        var (w, a, b) = (Values(rows * columns), Values(Rank * columns), Values(rows * Rank));
        using var plain = SafetensorsWeights.OpenFile(new SafetensorsWriter().Add("layer.q_proj.weight", [rows, columns], w, stored).Save(folder.Path("base.safetensors")));
        Write(folder, Config.Replace("\"r\":2", "\"r\":3", StringComparison.Ordinal), new SafetensorsWriter().Add(A, [Rank, columns], a).Add(B, [rows, Rank], b));
        using var weights = LoraWeights.Open(plain, folder.FullPath);
        var tensor = weights.Get("layer.q_proj.weight", rows, columns);
        var (before, after) = (new float[w.Length], new float[w.Length]);
        plain.Get("layer.q_proj.weight", rows, columns).ReadRows(0, rows, before);
        tensor.ReadRows(0, rows, after);
        var precision = stored switch { "BF16" => 1.0 / 256, "F16" => 1.0 / 2048, _ => 1e-7 };
        for (var i = 0; i < w.Length; i++)
        {
            var exact = before[i] + (4.0 / 3 * Enumerable.Range(0, Rank).Sum(k => (double)b[(i / columns * Rank) + k] * a[(k * columns) + (i % columns)]));
            Assert.InRange(Math.Abs(after[i] - exact), 0, (Math.Abs(exact) * precision) + 1e-6);
        }

        var size = stored == "F32" ? 4 : 2;
        var raw = new byte[w.Length * size];
        tensor.ReadRawRows(0, rows, raw);
        for (var i = 0; i < w.Length; i++)
        {
            var bits = raw.AsSpan(i * size);
            Assert.Equal(after[i], size == 4 ? BitConverter.ToSingle(bits) : stored == "F16" ? (float)BitConverter.ToHalf(bits) : BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(bits) << 16));
        }

        for (var row = 0; row < rows; row++)
        {
            var one = new float[columns];
            tensor.ReadRows(row, 1, one);
            Assert.Equal(after.AsSpan(row * columns, columns), one.AsSpan());
        }
    }

    [Theory]
    [InlineData("F16", 65_519.99f, true)]
    [InlineData("F16", 65_520f, false)]
    [InlineData("F16", -70_000f, false)]
    [InlineData("BF16", 3.39e38f, true)]
    [InlineData("BF16", 3.3999999e38f, false)]
    [InlineData("F32", 3.4028234e38f, true)]
    [InlineData("F32", float.PositiveInfinity, false)]
    public void Rows_AtTheEdgeOfTheFormat_AreTakenWhereTheyRoundToAFiniteElement(string stored, float merged, bool isTaken)
    {
        // W is 0, so that A·B alone is merged; the infinity is a product of finite factors.
        using var folder = new TemporaryFolder();
        var (a, b) = float.IsFinite(merged) ? (merged, 1f) : (3e38f, 3e38f);
        using var plain = SafetensorsWeights.OpenFile(new SafetensorsWriter().Add("layer.q_proj.weight", [2, 1], [0, 0], stored).Save(folder.Path("base.safetensors")));
        Write(folder, Config.Replace("\"r\":2,\"lora_alpha\":4", "\"r\":1,\"lora_alpha\":1", StringComparison.Ordinal), new SafetensorsWriter().Add(A, [1, 1], [a]).Add(B, [2, 1], [0, b]));
        using var weights = LoraWeights.Open(plain, folder.FullPath);
        var tensor = weights.Get("layer.q_proj.weight", 2, 1);
        var rows = new float[2];
        if (isTaken)
        {
            tensor.ReadRows(0, 2, rows);
            Assert.True(float.IsFinite(rows[1]));
            return;
        }

        Assert.Contains("row 1, column 0", Assert.Throws<CheckpointException>(() => tensor.ReadRows(0, 2, rows)).Message, StringComparison.Ordinal);
        Assert.Throws<CheckpointException>(() => tensor.ReadRawRows(1, 1, new byte[stored == "F32" ? 4 : 2]));
    }

    [Fact]
    public void Parse_RankStabilised_DividesByTheRoot() =>
        Assert.Equal(4 / Math.Sqrt(2), Read(Config.Replace("\"r\":2", "\"r\":2,\"use_rslora\":true", StringComparison.Ordinal)).Scale);

    [Theory]
    [InlineData("\"r\":2", "\"r\":0", "'r'")]
    [InlineData("\"r\":2", "\"r\":2000000", "'r'")]
    [InlineData("\"lora_alpha\":4", "\"lora_alpha\":null", "'lora_alpha'")]
    [InlineData("\"lora_alpha\":4", "\"lora_alpha\":1e999", "'lora_alpha'")]
    [InlineData("\"lora_alpha\":4", "\"lora_alpha\":NaN", "JSON")]
    [InlineData("\"LORA\"", "\"IA3\"", "'peft_type'")]
    [InlineData("\"none\"", "\"all\"", "'bias'")]
    [InlineData("[\"q_proj\"]", "[]", "'target_modules'")]
    [InlineData("\"rank_pattern\":{}", "\"rank_pattern\":{\"q\":8}", "'rank_pattern'")]
    [InlineData("\"modules_to_save\":null", "\"modules_to_save\":[\"lm_head\"]", "'modules_to_save'")]
    [InlineData("\"r\":2", "\"r\":2,\"use_dora\":true", "'use_dora'")]
    public void Read_BadConfig_IsRefusedByName(string part, string replacement, string named)
    {
        var refusal = Assert.Throws<CheckpointException>(() => Read(Config.Replace(part, replacement, StringComparison.Ordinal)));
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AdapterThatDoesNotFit_IsRefusedAndTheBaseStaysAsItWas()
    {
        AssertRefused("adapts", new SafetensorsWriter().Add(A.Replace("layer", "other", StringComparison.Ordinal), [2, 2], new float[4]).Add(B.Replace("layer", "other", StringComparison.Ordinal), [3, 2], new float[6]));
        AssertRefused("pair", new SafetensorsWriter().Add(A, [2, 2], new float[4]));
        AssertRefused("pair", new SafetensorsWriter().Add("base_model.model.lora_A.weight", [2, 2], new float[4]));
        AssertRefused("pair", new SafetensorsWriter().Add("layer.q_proj.weight", [3, 2], new float[6]));
        AssertRefused("in place of the base's", new SafetensorsWriter().Add("base_model.model.layer.q_proj.weight", [3, 2], new float[6]));
        AssertRefused("q_proj", new SafetensorsWriter());
        AssertRefused("NaN", new SafetensorsWriter().Add(A, [2, 2], [1, float.NaN, 1, 1]).Add(B, [3, 2], new float[6]));
    }

    [Fact]
    public void Get_AdapterOfAnotherShapeOrRank_IsRefused()
    {
        foreach (var (a, b) in (((int, int), (int, int))[])[((2, 3), (3, 2)), ((2, 2), (4, 2)), ((4, 2), (3, 4))])
        {
            using var folder = new TemporaryFolder();
            using var weights = Open(folder, Config, new SafetensorsWriter()
                .Add(A, [a.Item1, a.Item2], new float[a.Item1 * a.Item2]).Add(B, [b.Item1, b.Item2], new float[b.Item1 * b.Item2]));
            Assert.Throws<CheckpointException>(() => weights.Get("layer.q_proj.weight", 3, 2));
        }
    }

    private static void AssertRefused(string part, SafetensorsWriter adapter)
    {
        using var folder = new TemporaryFolder();
        using var weights = Base(folder);
        Write(folder, Config, adapter);
        Assert.Contains(part, Assert.Throws<CheckpointException>(() => LoraWeights.Open(weights, folder.FullPath)).Message, StringComparison.Ordinal);
        var values = new float[6];
        weights.Get("layer.q_proj.weight", 3, 2).ReadRows(0, 3, values);
        Assert.Equal(W, values);
    }

    private static SafetensorsWriter GoodAdapter() => new SafetensorsWriter().Add(A, [2, 2], [1, 2, 3, 4]).Add(B, [3, 2], [1, 0, 0, 1, 1, 1]);

    private LoraWeights Open(TemporaryFolder folder, string config, SafetensorsWriter adapter)
    {
        Write(folder, config, adapter);
        _bases.Add(Base(folder));
        return LoraWeights.Open(_bases[^1], folder.FullPath);
    }

    private static SafetensorsWeights Base(TemporaryFolder folder) => SafetensorsWeights.OpenFile(
        new SafetensorsWriter().Add("layer.q_proj.weight", [3, 2], W).Add("layer.norm.weight", [2], [7, 8]).Save(folder.Path("base.safetensors")));

    private static void Write(TemporaryFolder folder, string config, SafetensorsWriter adapter)
    {
        folder.Write(LoraConfig.FileName, config);
        adapter.Save(folder.Path(LoraWeights.WeightsFileName));
    }

    private static LoraConfig Read(string config)
    {
        using var folder = new TemporaryFolder();
        return LoraConfig.Read(folder.Write(LoraConfig.FileName, config));
    }
}
