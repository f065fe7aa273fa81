using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu.Kernels.Reference;

namespace Slerp.Engine.Tests.Backends;

public abstract partial class BackendConformance
{
    public static TheoryData<int, int, int> ProductShapes => new()
    {
        { 1, 1, 1 }, { 1, 33, 7 }, { 1, 64, 576 }, { 2, 31, 33 }, { 3, 100, 96 }, { 5, 17, 129 }, { 7, 96, 64 },
        { 8, 48, 100 }, { 12, 65, 31 }, { 13, 33, 65 }, { 25, 40, 48 }, { 200, 35, 37 }, { 400, 70, 64 },
    };

    public static TheoryData<WeightFormat> Formats => [.. AllFormats];

    private static WeightFormat[] AllFormats =>
        [WeightFormat.Float32, WeightFormat.BFloat16, WeightFormat.Int8Block32, WeightFormat.Int8Channel, WeightFormat.Int4Block32];

    [Theory]
    [MemberData(nameof(ProductShapes))]
    public void Linear_AnyFormat_EqualsReference(int rows, int outputs, int inputs)
    {
        foreach (var format in AllFormats)
        {
            var weight = TestWeight.Random(1, outputs, inputs);
            var matrix = Own(Backend.LoadMatrix([weight], format));
            Assert.Equal((outputs, inputs, format), (matrix.Outputs, matrix.Inputs, matrix.Format));
            var x = Noise.Of(2, rows * inputs);
            var y = Workspace.Rent(rows, outputs);
            Backend.Linear(matrix, Upload(x, rows, inputs), bias: null, y);
            AssertClose(Product(weight.Values, outputs, inputs, x, format, []), y, ToleranceOf(format));
        }
    }

    [Fact]
    public void Linear_Bias_IsAddedToEachRow()
    {
        var weight = TestWeight.Random(3, 45, 40);
        var bias = TestWeight.Random(4, 1, 45);
        var x = Noise.Of(5, 3 * 40);
        var y = Workspace.Rent(3, 45);
        Backend.Linear(Own(Backend.LoadMatrix([weight], WeightFormat.AsStored)), Upload(x, 3, 40), Backend.LoadVector([bias]), y);
        AssertClose(Product(weight.Values, 45, 40, x, WeightFormat.Float32, bias.Values), y);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void LinearAdd_AddsTheProductOnce(WeightFormat format)
    {
        var weight = TestWeight.Random(6, 50, 70);
        var bias = TestWeight.Random(7, 1, 50);
        var x = Noise.Of(8, 4 * 70);
        var before = Noise.Of(9, 4 * 50);
        var y = Upload(before, 4, 50);
        Backend.LinearAdd(Own(Backend.LoadMatrix([weight], format)), Upload(x, 4, 70), Backend.LoadVector([bias]), y);
        var product = Product(weight.Values, 50, 70, x, format, bias.Values);
        AssertClose([.. product.Zip(before, (a, b) => a + b)], y, ToleranceOf(format));
    }

    [Theory]
    [MemberData(nameof(ProductShapes))]
    public void GatedLinear_AnyFormat_EqualsReference(int rows, int outputs, int inputs)
    {
        foreach (var format in AllFormats)
        {
            var gate = TestWeight.Random(10, outputs, inputs);
            var up = TestWeight.Random(11, outputs, inputs);
            var matrix = Own(Backend.LoadGatedMatrix(gate, up, format));
            Assert.Equal(outputs, matrix.Outputs);
            var x = Noise.Of(12, rows * inputs);
            var y = Workspace.Rent(rows, outputs);
            Backend.GatedLinear(matrix, Upload(x, rows, inputs), y);
            var expected = new float[rows * outputs];
            ReferenceProducts.Gate(
                Product(gate.Values, outputs, inputs, x, format, []), Product(up.Values, outputs, inputs, x, format, []), expected);
            AssertClose(expected, y, ToleranceOf(format) * 5);
        }
    }

    [Fact]
    public void LoadMatrix_SeveralParts_AreStackedByRows()
    {
        TestWeight[] parts = [TestWeight.Random(13, 37, 24), TestWeight.Random(14, 1, 24), TestWeight.Random(15, 50, 24)];
        var x = Noise.Of(16, 2 * 24);
        var y = Workspace.Rent(2, 88);
        Backend.Linear(Own(Backend.LoadMatrix(parts, WeightFormat.Float32)), Upload(x, 2, 24), bias: null, y);
        AssertClose(Product([.. parts.SelectMany(part => part.Values)], 88, 24, x, WeightFormat.Float32, []), y);
    }

    [Theory]
    [InlineData("F32")]
    [InlineData("F16")]
    [InlineData("BF16")]
    public void LoadMatrix_AsStored_IsExact(string storedAs)
    {
        var stored = Enum.Parse<WeightDType>(storedAs);
        var halves = Noise.Of(17, 30 * 20).Select(value => (float)(Half)value).ToArray();
        var weight = new TestWeight(halves, 30, 20, stored);
        var table = Own(Backend.LoadMatrix([weight], WeightFormat.AsStored));
        Assert.NotEqual(WeightFormat.AsStored, table.Format);
        var all = Workspace.Rent(30, 20);
        Backend.Embed(table, Enumerable.Range(0, 30).ToArray(), all);
        Assert.Equal(weight.Values, Download(all));
    }

    [Theory]
    [InlineData("F32")]
    [InlineData("F16")]
    [InlineData("BF16")]
    public void LoadMatrix_IsKeptAsWasForetold(string storedAs)
    {
        var stored = Enum.Parse<WeightDType>(storedAs);
        var weight = TestWeight.Random(27, 128, 256, stored);
        foreach (var format in Enum.GetValues<WeightFormat>())
        {
            var kept = Backend.KeptFormat(format, stored);
            Assert.NotEqual(WeightFormat.AsStored, kept);
            var matrix = Own(Backend.LoadMatrix([weight], format));
            Assert.Equal((kept, kept), (matrix.Format, Own(Backend.LoadGatedMatrix(weight, weight, format)).Format));
            // Memory is planned before anything is loaded: by this format, with little for padding and scales.
            var planned = 128 * 256 * Backend.BytesPerWeight(kept);
            Assert.InRange(matrix.Bytes, planned * 0.95, planned * 1.1);
        }
    }

    [Fact]
    public void KeptFormat_OfAFormatThatIsNone_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Backend.KeptFormat((WeightFormat)99, WeightDType.F32));

    [Theory]
    [MemberData(nameof(Formats))]
    public void Embed_EqualsTheFormatsValueOfEachRow(WeightFormat format)
    {
        var weight = TestWeight.Random(18, 77, 45);
        var table = Own(Backend.LoadMatrix([weight], format));
        int[] tokens = [76, 0, 33, 33, 5];
        var y = Workspace.Rent(tokens.Length, 45);
        Backend.Embed(table, tokens, y);
        var values = new float[77 * 45];
        ReferenceQuantization.Weights(weight.Values, 45, format, values);
        AssertClose([.. tokens.SelectMany(token => values.Skip(token * 45).Take(45))], y, 1e-6);
    }

    [Fact]
    public void Products_NoRows_DoNothing()
    {
        var matrix = Own(Backend.LoadMatrix([TestWeight.Random(19, 8, 8)], WeightFormat.Int8Block32));
        Backend.Linear(matrix, Workspace.Rent(0, 8), bias: null, Workspace.Rent(0, 8));
        Backend.Embed(matrix, [], Workspace.Rent(0, 8));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Linear_NaN_StaysInItsRow(WeightFormat format)
    {
        var matrix = Own(Backend.LoadMatrix([TestWeight.Random(20, 20, 64)], format));
        var x = Noise.Of(21, 3 * 64);
        x[64 + 5] = float.NaN;
        var y = Workspace.Rent(3, 20);
        Backend.Linear(matrix, Upload(x, 3, 64), bias: null, y);
        var values = Download(y);
        Assert.All(values[..20], value => Assert.True(float.IsFinite(value)));
        Assert.All(values[20..40], value => Assert.True(float.IsNaN(value)));
        Assert.All(values[40..], value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Products_ShapesThatDoNotFit_AreRefused()
    {
        var matrix = Own(Backend.LoadMatrix([TestWeight.Random(22, 8, 6)], WeightFormat.Float32));
        var gated = Own(Backend.LoadGatedMatrix(TestWeight.Random(23, 8, 6), TestWeight.Random(24, 8, 6), WeightFormat.Float32));
        var x = Workspace.Rent(2, 6);
        Assert.Throws<ArgumentException>(() => Backend.Linear(matrix, x, null, Workspace.Rent(2, 7)));
        Assert.Throws<ArgumentException>(() => Backend.Linear(matrix, x, null, Workspace.Rent(1, 8)));
        Assert.Throws<ArgumentException>(() => Backend.Linear(matrix, Workspace.Rent(2, 5), null, Workspace.Rent(2, 8)));
        Assert.Throws<ArgumentException>(() => Backend.Linear(gated, x, null, Workspace.Rent(2, 8)));
        Assert.Throws<ArgumentException>(() => Backend.GatedLinear(matrix, x, Workspace.Rent(2, 8)));
        Assert.Throws<ArgumentException>(() => Backend.Embed(matrix, [8], Workspace.Rent(1, 6)));
        Assert.Throws<ArgumentException>(() => Backend.Embed(matrix, [-1], Workspace.Rent(1, 6)));
        Assert.Throws<ArgumentException>(() => Backend.LoadMatrix([TestWeight.Random(25, 8, 6), TestWeight.Random(26, 8, 7)], WeightFormat.Float32));
    }

    private static float[] Product(float[] w, int outputs, int inputs, float[] x, WeightFormat format, float[] bias)
    {
        var weights = new float[w.Length];
        ReferenceQuantization.Weights(w, inputs, format, weights);
        var activations = new float[x.Length];
        ReferenceQuantization.Activations(x, inputs, format, activations);
        var y = new float[x.Length / inputs * outputs];
        ReferenceProducts.Linear(weights, outputs, inputs, activations, bias, y);
        return y;
    }
}
