using Slerp.Engine.Backends;

namespace Slerp.Engine.Tests.Backends;

/// <content>Heads: whatever a backend leaves out of the logits nobody reads, what is chosen from them is what would be chosen from all, to the bit.</content>
public abstract partial class BackendConformance
{
    // How many of the largest are asked for, one question after another, of one step's logits; 0 reads them all.
    private static readonly int[][] Questions = [[1], [8], [0], [1, 8], [8, 1], [1, 1, 3, 20, 64, 65, 2], [33, 0, 1], [1, 0, 8], [100], [0, 1, 8]];

    public static TheoryData<WeightFormat, int, int, int> Heads
    {
        get
        {
            var data = new TheoryData<WeightFormat, int, int, int>();
            foreach (var format in Enum.GetValues<WeightFormat>())
            {
                data.Add(format, 1111, 96, 1);
                data.Add(format, 2048, 70, 3);
                data.Add(format, 640, 33, 16);
                data.Add(format, 997, 64, 17);
                data.Add(format, 100, 7, 2);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void Head_OfNoise_GivesTheLargest(WeightFormat format, int columns, int width, int rows)
    {
        var head = Own(Backend.LoadHead(TestWeight.Random(91, columns, width), format));
        foreach (var scale in new[] { 1f, 1e-3f, 1e4f })
        {
            CheckHead(head, [.. Noise.Of(92, rows * width).Select(value => value * scale)], rows);
        }
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void Head_StoredInHalfTheBits_GivesTheLargest(WeightFormat format, int columns, int width, int rows) =>
        CheckHead(Own(Backend.LoadHead(TestWeight.Random(93, columns, width, WeightDType.BF16), format)), Noise.Of(94, rows * width), rows);

    [Theory]
    [MemberData(nameof(Heads))]
    public void Head_WithTies_GivesTheLowestIds(WeightFormat format, int columns, int width, int rows)
    {
        // Rows come again and again, so the largest is in many panels; and few values make chance ties.
        var few = Noise.Of(95, 37 * width).Select(static value => MathF.Round(value * 3) / 4).ToArray();
        var w = Enumerable.Range(0, columns * width).Select(index => few[index / width % 37 * width + (index % width)]).ToArray();
        var head = Own(Backend.LoadHead(new TestWeight(w, columns, width), format));
        CheckHead(head, Noise.Of(96, rows * width), rows);
        CheckHead(head, [.. Noise.Of(97, rows * width).Select(static value => MathF.Round(value))], rows);
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void Head_WithAWinner_GivesIt(WeightFormat format, int columns, int width, int rows)
    {
        var x = Noise.Of(98, rows * width);
        var w = Noise.Of(99, columns * width);
        for (var row = 0; row < rows; row++)
        {
            for (var at = 0; at < width; at++)
            {
                w[((row * 53 % columns) * width) + at] = 2 * x[(row * width) + at];
            }
        }

        CheckHead(Own(Backend.LoadHead(new TestWeight(w, columns, width), format)), x, rows);
    }

    [Fact]
    public void Head_WhoseWinnerIsLostInFourBits_GivesIt()
    {
        // A large weight that x does not see makes steps of 1 in 4 bits: what is below half of one is rounded away there, all of it in the direction of x.
        const int columns = 4096, width = 32, winner = 3001;
        var w = new float[columns * width];
        for (var row = 0; row < columns; row++)
        {
            w[row * width] = 8;
            w.AsSpan((row * width) + 1, width - 1).Fill(row == winner ? 0.475f : 0);
            w.AsSpan((row * width) + 1, row < columns / 2 ? 14 : 0).Fill(1);
        }

        var x = Enumerable.Range(0, width).Select(static at => at == 0 ? 0f : 1f).ToArray();
        foreach (var format in new[] { WeightFormat.Float32, WeightFormat.BFloat16, WeightFormat.Int8Block32 })
        {
            CheckHead(Own(Backend.LoadHead(new TestWeight(w, columns, width), format)), x, rows: 1);
        }
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void Head_WithOutliers_GivesTheLargest(WeightFormat format, int columns, int width, int rows)
    {
        // A few large dimensions, as trained models have them; rows of weights of all sizes, and of nothing.
        var w = Noise.Of(100, columns * width);
        for (var row = 0; row < columns; row++)
        {
            var size = (row % 5) switch { 0 => 0f, 1 => 1e-20f, 2 => 40f, _ => 1f };
            for (var at = 0; at < width; at++)
            {
                w[(row * width) + at] *= size;
            }
        }

        var x = Noise.Of(101, rows * width);
        for (var row = 0; row < rows; row++)
        {
            x[row * width] = 300;
            x[(row * width) + (width / 2)] = -80;
        }

        CheckHead(Own(Backend.LoadHead(new TestWeight(w, columns, width), format)), x, rows);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1e-38f)]
    [InlineData(1e-33f)]
    [InlineData(1e-23f)]
    [InlineData(1e-21f)]
    [InlineData(1e28f)]
    [InlineData(3e38f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Head_OfRowsOfStrangeSize_ChoosesAsFromAll(float size)
    {
        const int columns = 1000, width = 64, rows = 3;
        foreach (var format in Enum.GetValues<WeightFormat>())
        {
            var head = Own(Backend.LoadHead(TestWeight.Random(102, columns, width), format));
            var x = Noise.Of(103, rows * width);
            for (var at = 0; at < width; at++)
            {
                x[width + at] *= size;
            }

            CheckHead(head, x, rows);
        }
    }

    [Theory]
    [InlineData(1e-23f, 1e17f)]
    [InlineData(1e-21f, 1e-2f)]
    [InlineData(1e-38f, 1e15f)]
    [InlineData(1e-42f, 1f)]
    [InlineData(1e6f, 1e-36f)]
    [InlineData(1e18f, 1e-23f)]
    [InlineData(1e19f, 1e18f)]
    public void Head_OfWeightsOfStrangeSize_ChoosesAsFromAll(float weightSize, float size)
    {
        // Squares of such weights, or of such activations, are 0 in 32 bits, or infinite; their products are neither.
        const int columns = 1000, width = 64, rows = 2;
        var w = Noise.Of(104, columns * width).Select(value => value * weightSize).ToArray();
        var x = Noise.Of(105, rows * width).Select(value => value * size).ToArray();
        foreach (var format in Enum.GetValues<WeightFormat>())
        {
            CheckHead(Own(Backend.LoadHead(new TestWeight(w, columns, width), format)), x, rows);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 33)]
    [InlineData(15, 5)]
    [InlineData(17, 31)]
    [InlineData(65, 130)]
    [InlineData(1089, 32)]
    public void Head_OfLittleRank_GivesTheLargest(int columns, int width)
    {
        // Many logits lie close together, and of some shapes the last panels hold a column or two.
        var (a, b) = (Noise.Of(106, columns * 2), Noise.Of(107, width * 2));
        var w = Enumerable.Range(0, columns * width).Select(at =>
            MathF.Round(((a[at / width * 2] * b[at % width * 2]) + (a[(at / width * 2) + 1] * b[(at % width * 2) + 1])) * 16) / 8).ToArray();
        foreach (var format in Enum.GetValues<WeightFormat>())
        {
            CheckHead(Own(Backend.LoadHead(new TestWeight(w, columns, width), format)), Noise.Of(108, 5 * width), rows: 5);
        }
    }

    private void CheckHead(Matrix head, float[] values, int rows)
    {
        var columns = head.Outputs;
        using var workspace = Backend.CreateWorkspace();
        foreach (var questions in Questions)
        {
            // Twice, as a backend may learn from the first time to do it another way.
            for (var time = 0; time < 2; time++)
            {
                workspace.Reset();
                var x = workspace.Rent(rows, head.Inputs);
                Backend.Upload(values, x);
                var all = workspace.Rent(rows, columns);
                Backend.Linear(head, x, null, all);
                var scores = workspace.Rent(rows, columns);
                var maxima = workspace.Rent(rows, (columns + IComputeBackend.ScoreBlock - 1) / IComputeBackend.ScoreBlock);
                Backend.Score(head, x, scores, maxima);
                foreach (var k in questions.Where(k => k <= columns))
                {
                    CheckAnswer(k, all, scores, maxima);
                }
            }
        }
    }

    private void CheckAnswer(int k, Tensor all, Tensor scores, Tensor maxima)
    {
        var rows = all.Rows;
        if (k == 0)
        {
            Assert.Equal(Download(all), Download(scores));
            return;
        }

        var (expected, actual) = (new int[rows * k], new int[rows * k]);
        if (k == 1)
        {
            Backend.ArgMax(all, expected);
            Backend.ArgMax(scores, maxima, actual);
            Assert.Equal(expected, actual);
        }

        var (largest, found) = (new float[rows * k], new float[rows * k]);
        Backend.TopK(all, k, expected, largest);
        Backend.TopK(scores, maxima, k, actual, found);
        Assert.Equal(expected, actual);
        Assert.Equal(largest, found);
    }
}
