using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu.Kernels.Reference;

namespace Slerp.Engine.Tests.Backends;

public abstract partial class BackendConformance
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 7)]
    [InlineData(2, 64)]
    [InlineData(5, 100)]
    [InlineData(130, 576)]
    public void RmsNorm_EqualsReference(int rows, int columns)
    {
        var x = Noise.Of(30, rows * columns);
        var w = TestWeight.Random(31, 1, columns);
        var y = Workspace.Rent(rows, columns);
        Backend.RmsNorm(Upload(x, rows, columns), Backend.LoadVector([w]), 1e-5f, y);
        AssertClose(Norms(x, columns, w.Values), y);
    }

    [Fact]
    public void NormHeads_TouchesOnlyItsHeads()
    {
        const int size = 12;
        var x = Noise.Of(32, 3 * 5 * size);
        var w = TestWeight.Random(33, 1, size);
        var tensor = Upload(x, 3, 5 * size);
        Backend.NormHeads(tensor, 1, 3, size, Backend.LoadVector([w]), 1e-5f);
        var expected = (float[])x.Clone();
        for (var row = 0; row < 3; row++)
        {
            Norms(x[((row * 5 * size) + size)..((row * 5 * size) + (4 * size))], size, w.Values).CopyTo(expected, (row * 5 * size) + size);
        }

        AssertClose(expected, tensor);
    }

    [Theory]
    [InlineData(1, 4, 2, 8)]
    [InlineData(3, 3, 1, 6)]
    [InlineData(2, 9, 3, 64)]
    [InlineData(40, 2, 2, 80)]
    public void Rotate_TurnsQueriesAndKeysOnly(int rows, int heads, int kvHeads, int headSize)
    {
        var shape = new HeadShape(heads, kvHeads, headSize);
        var x = Noise.Of(34, rows * shape.Columns);
        var angles = Noise.Of(35, rows * headSize / 2);
        var cosSin = new float[rows * headSize];
        for (var row = 0; row < rows; row++)
        {
            for (var index = 0; index < headSize / 2; index++)
            {
                cosSin[(row * headSize) + index] = MathF.Cos(angles[(row * headSize / 2) + index]);
                cosSin[(row * headSize) + (headSize / 2) + index] = MathF.Sin(angles[(row * headSize / 2) + index]);
            }
        }

        var tensor = Upload(x, rows, shape.Columns);
        Backend.Rotate(tensor, shape, Upload(cosSin, rows, headSize));
        for (var row = 0; row < rows; row++)
        {
            for (var head = 0; head < heads + kvHeads; head++)
            {
                ReferenceRows.Rotate(
                    x.AsSpan((row * shape.Columns) + (head * headSize), headSize), cosSin.AsSpan(row * headSize, headSize));
            }
        }

        AssertClose(x, tensor);
    }

    [Fact]
    public void LoadVector_SeveralParts_AreConcatenated()
    {
        TestWeight[] parts = [TestWeight.Random(36, 1, 5), TestWeight.Random(37, 1, 40), TestWeight.Random(38, 1, 1)];
        var vector = Backend.LoadVector(parts);
        Assert.Equal((1, 46), (vector.Rows, vector.Columns));
        Assert.Equal(parts.SelectMany(part => part.Values), Download(vector));
    }

    [Fact]
    public void Gather_CopiesRowsInOrder()
    {
        var x = Noise.Of(39, 4 * 9);
        var y = Workspace.Rent(5, 9);
        Backend.Gather(Upload(x, 4, 9), [3, 0, 0, 2, 3], y);
        Assert.Equal(new[] { 3, 0, 0, 2, 3 }.SelectMany(row => x.Skip(row * 9).Take(9)), Download(y));
        Assert.Throws<ArgumentException>(() => Backend.Gather(Workspace.Rent(4, 9), [4], Workspace.Rent(1, 9)));
    }

    [Fact]
    public void UploadAndDownload_OtherSizes_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => Backend.Upload(new float[5], Workspace.Rent(2, 3)));
        Assert.Throws<ArgumentException>(() => Backend.Download(Workspace.Rent(2, 3), 2, new float[3]));
        Assert.Throws<ArgumentException>(() => Backend.Download(Workspace.Rent(2, 3), 0, new float[2]));
    }

    [Fact]
    public void ArgMax_TakesTheLowestIndexAndRefusesWhatIsNotFinite()
    {
        const int n = 131;
        var rows = Enumerable.Range(0, 8).Select(seed => Noise.Of(40 + seed, n)).ToArray();
        rows[1][7] = rows[1][70] = rows[1][130] = 3;
        rows[2][130] = 3;
        rows[3][64] = float.NaN;
        rows[4][3] = float.PositiveInfinity;
        Array.Fill(rows[5], float.NegativeInfinity);
        Array.Fill(rows[6], 0f);
        rows[7][0] = float.NaN;
        var indices = new int[8];
        Backend.ArgMax(Upload([.. rows.SelectMany(row => row)], 8, n), indices);
        Assert.Equal(rows.Select(row => ReferenceSelection.ArgMax(row)), indices);
        Assert.Equal([7, 130, -1, -1, -1, 0, -1], indices[1..]);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 7)]
    [InlineData(500, 1)]
    [InlineData(500, 8)]
    [InlineData(500, 100)]
    [InlineData(3000, 33)]
    public void TopK_EqualsReference(int columns, int k)
    {
        // Few distinct values, so that ties abound.
        var x = Noise.Of(50, 3 * columns).Select(value => MathF.Round(value * 20)).ToArray();
        x[columns / 2] = float.NaN;
        x[columns + (columns / 2)] = float.NegativeInfinity;
        var indices = new int[3 * k];
        var values = new float[3 * k];
        Backend.TopK(Upload(x, 3, columns), k, indices, values);
        for (var row = 0; row < 3; row++)
        {
            var expectedIndices = new int[k];
            var expectedValues = new float[k];
            ReferenceSelection.TopK(x.AsSpan(row * columns, columns), expectedIndices, expectedValues);
            Assert.Equal(expectedIndices, indices[(row * k)..((row + 1) * k)]);
            Assert.Equal(expectedValues, values[(row * k)..((row + 1) * k)]);
        }
    }

    [Theory]
    [InlineData(WeightFormat.Float32, 1, 1)]
    [InlineData(WeightFormat.Float32, 40, 3)]
    [InlineData(WeightFormat.Float32, 64, 2)]
    [InlineData(WeightFormat.Float32, 65, 3)]
    [InlineData(WeightFormat.Float32, 2500, 5)]
    [InlineData(WeightFormat.BFloat16, 2500, 1)]
    [InlineData(WeightFormat.Int8Block32, 1111, 3)]
    [InlineData(WeightFormat.Int8Channel, 640, 2)]
    [InlineData(WeightFormat.Int4Block32, 1300, 200)]
    public void Score_IsLinear_AndItsRowsAreChosenFromAsAnyOthers(WeightFormat format, int columns, int rows)
    {
        const int width = 32;
        // Few distinct values, so that ties abound, within blocks and between them; all negative in one row, so that padding would win.
        var w = new TestWeight([.. Noise.Of(52, columns * width).Select(value => MathF.Round(value * 2) / 8)], columns, width);
        var x = Enumerable.Range(0, rows * width).Select(index => index % width == (index / width) % width ? 1f : 0f).ToArray();
        using var matrix = Backend.LoadMatrix([w], format);
        CheckChoice(matrix, x, rows, columns);
        // Logits of one sign: x all ones against weights all negative.
        var below = new TestWeight([.. w.Values.Select(value => -1 - MathF.Abs(value))], columns, width);
        using var negative = Backend.LoadMatrix([below], format);
        CheckChoice(negative, x, rows, columns);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Score_OfRowsThatAreNotFinite_ChoosesAsFromAnyOthers(float bad)
    {
        const int columns = 1000, rows = 3, width = 32;
        var values = Noise.Of(53, columns * width);
        values[(700 * width) + 1] = bad;
        Array.Fill(values, bad, 0, width);
        using var matrix = Backend.LoadMatrix([new TestWeight(values, columns, width)], WeightFormat.Float32);
        CheckChoice(matrix, [.. Noise.Of(54, rows * width).Select(MathF.Abs)], rows, columns);
    }

    private void CheckChoice(Matrix matrix, float[] values, int rows, int columns)
    {
        var x = Upload(values, rows, matrix.Inputs);
        var y = Workspace.Rent(rows, columns);
        var scores = Workspace.Rent(rows, columns);
        var maxima = Workspace.Rent(rows, (columns + IComputeBackend.ScoreBlock - 1) / IComputeBackend.ScoreBlock);
        Backend.Linear(matrix, x, null, y);
        Backend.Score(matrix, x, scores, maxima);
        foreach (var k in new[] { 0, 1, 2, 8, 33, 100 }.Where(k => k <= columns))
        {
            CheckAnswer(k, y, scores, maxima);
        }
    }

    [Fact]
    public void TopK_MoreThanThereAre_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Backend.TopK(Workspace.Rent(1, 4), 5, new int[5], new float[5]));

    [Fact]
    public void Slerp_PerRow_EqualsReference()
    {
        const int n = 45;
        var x = Noise.Of(60, 8 * n);
        x.AsSpan(0, n).CopyTo(x.AsSpan(n));
        for (var column = 0; column < n; column++)
        {
            x[(3 * n) + column] = -x[(2 * n) + column];
            x[(5 * n) + column] = 0;
        }

        MergePair[] pairs = [new(7, 7), new(0, 1), new(2, 3), new(4, 5), new(6, 7)];
        var y = Workspace.Rent(pairs.Length, n);
        Backend.Slerp(Upload(x, 8, n), pairs, Interpolation.PerRow, y);
        var expected = new float[pairs.Length * n];
        for (var index = 0; index < pairs.Length; index++)
        {
            var a = x.AsSpan(pairs[index].First * n, n);
            var b = x.AsSpan(pairs[index].Second * n, n);
            ReferenceRows.Slerp(a, b, Math.Sqrt(ReferenceRows.Dot(a, a) * ReferenceRows.Dot(b, b)), expected.AsSpan(index * n, n));
        }

        AssertClose(expected, y);
        Assert.Equal(x[(7 * n)..], Download(y)[..n]);
    }

    [Fact]
    public void Slerp_WholeTensor_EqualsTheWorkedVectorsOfThePublishedReference()
    {
        float[] five = [1, 0, 2, 0, 1.2f, 1.6f, 0, 1, 0, -1];
        var y = Workspace.Rent(4, 2);
        Backend.Slerp(Upload(five, 5, 2), [new(0, 0), new(1, 2), new(3, 3), new(4, 4)], Interpolation.WholeTensor, y);
        AssertClose([1, 0, 1.8868f, 0.9434f, 0, 1, 0, -1], y, 1e-4);

        float[] six = [1, 0, 1, 0, .8f, .6f, .6f, .8f, 0, 1, 5, 5];
        Backend.Slerp(Upload(six, 6, 2), [new(0, 0), new(1, 2), new(3, 4), new(5, 5)], Interpolation.WholeTensor, y);
        AssertClose([1, 0, 1.2339f, .4113f, .4113f, 1.2339f, 5, 5], y, 1e-4);
    }

    [Fact]
    public void RowCosines_LieInRangeAndAreZeroForZeroRows()
    {
        float[] x = [1, 2, 2, -2, -4, -4, 0, 0, 0, 2, -1, 0];
        var cosines = new float[4];
        Backend.RowCosines(Upload(x, 4, 3), [new(0, 0), new(0, 1), new(0, 2), new(0, 3)], cosines);
        Assert.Equal([1f, -1f, 0f, 0f], cosines);
    }

    private static float[] Norms(float[] x, int columns, float[] w)
    {
        var y = new float[x.Length];
        for (var at = 0; at < x.Length; at += columns)
        {
            ReferenceRows.RmsNorm(x.AsSpan(at, columns), w, 1e-5f, y.AsSpan(at, columns));
        }

        return y;
    }
}
