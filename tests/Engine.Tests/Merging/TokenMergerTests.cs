using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;
using Slerp.Engine.Merging;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Tests.Merging;

/// <summary>What a run of rows becomes: worked vectors, and what holds for all rows.</summary>
public sealed class TokenMergerTests : IDisposable
{
    private readonly CpuBackend _backend = new(new CpuBackendOptions(1));
    private readonly Workspace _workspace;

    public TokenMergerTests() => _workspace = _backend.CreateWorkspace();

    public static TheoryData<MergeVariant, float[][], float[][]> Worked() => new()
    {
        { MergeVariant.PerRow, [[1, 0], [2, 0], [0, 3]], [[1, 0], [2, 0], [0, 3]] },
        { MergeVariant.Reference, [[1, 0], [2, 0], [0, 3]], [[1, 0], [2, 0], [0, 3]] },
        { MergeVariant.PerRow, [[1, 0], [3, 0], [0, 3], [0, 1]], [[1, 0], [2.1213f, 2.1213f], [0, 1]] },
        { MergeVariant.Reference, [[1, 0], [3, 0], [0, 3], [0, 1]], [[1, 0], [2.1213f, 2.1213f], [0, 1]] },
        { MergeVariant.PerRow, [[1, 0], [2, 0], [1.2f, 1.6f], [0, 1], [0, -1]], [[1, 0], [1.7889f, 0.8944f], [0, 1], [0, -1]] },
        { MergeVariant.Reference, [[1, 0], [2, 0], [1.2f, 1.6f], [0, 1], [0, -1]], [[1, 0], [1.8868f, 0.9434f], [0, 1], [0, -1]] },
        { MergeVariant.PerRow, [[1, 0], [1, 0], [.8f, .6f], [.6f, .8f], [0, 1], [5, 5]], [[1, 0], [.9487f, .3162f], [.3162f, .9487f], [5, 5]] },
        { MergeVariant.Reference, [[1, 0], [1, 0], [.8f, .6f], [.6f, .8f], [0, 1], [5, 5]], [[1, 0], [1.2339f, .4113f], [.4113f, 1.2339f], [5, 5]] },
    };

    public void Dispose()
    {
        _workspace.Dispose();
        _backend.Dispose();
    }

    [Theory]
    [MemberData(nameof(Worked))]
    public void Run_OfWorkedVectors_BecomesThePublishedRows(MergeVariant variant, float[][] rows, float[][] expected)
    {
        var actual = Merge(rows, Plan(variant, MergePairing.Blind.Instance, new RowSpan(0, rows.Length)));
        Assert.Equal(expected.Length, actual.Length);
        for (var row = 0; row < expected.Length; row++)
        {
            for (var column = 0; column < 2; column++)
            {
                Assert.Equal(expected[row][column], actual[row][column], 1e-4f);
            }
        }
    }

    [Theory]
    [InlineData(MergeVariant.PerRow)]
    [InlineData(MergeVariant.Reference)]
    public void RowsOutsidePairs_AreKeptBitForBit(MergeVariant variant)
    {
        var rows = Noise(40, 24);
        var actual = Merge(rows, Plan(variant, MergePairing.Blind.Instance, new RowSpan(5, 20)));
        // Five rows, the run's first, nine pairs, its last, fifteen rows.
        Assert.Equal(5 + 1 + 9 + 1 + 15, actual.Length);
        for (var row = 0; row < 6; row++)
        {
            Assert.Equal(rows[row], actual[row]);
        }

        for (var back = 1; back <= 16; back++)
        {
            Assert.Equal(rows[^back], actual[^back]);
        }
    }

    [Fact]
    public void TwoRows_OfEqualLength_BecomeOneOfThatLength_WhicheverComesFirst()
    {
        var rows = Noise(64, 48);
        foreach (var row in rows)
        {
            var norm = Norm(row);
            for (var column = 0; column < row.Length; column++)
            {
                row[column] *= 3 / norm;
            }
        }

        for (var index = 0; index + 1 < rows.Length; index += 2)
        {
            var merged = Pair(rows[index], rows[index + 1]);
            Assert.Equal(3, Norm(merged), 1e-4f);
            Assert.Equal(merged, Pair(rows[index + 1], rows[index]));
        }
    }

    [Fact]
    public void EqualAndOppositeRows_AreGuarded()
    {
        var row = Noise(1, 32)[0];
        var opposite = row.Select(static value => -value).ToArray();
        var same = Pair(row, row);
        for (var column = 0; column < row.Length; column++)
        {
            Assert.Equal(row[column], same[column], 1e-5f);
        }

        Assert.All(Pair(row, opposite), static value => Assert.True(float.IsFinite(value)));
        Assert.All(Pair(new float[32], new float[32]), static value => Assert.Equal(0, value));
        Assert.All(Pair(row, new float[32]), static value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData(-1f, 5)]
    [InlineData(0.9f, 7)]
    [InlineData(1f, 9)]
    public void Similar_JoinsFromTheLeftWhatAgrees(float threshold, int expected)
    {
        float[][] rows = [[1, 0], [1, .1f], [1, .2f], [0, 1], [0, 1.1f], [1, 0], [0, 1], [1, 0], [1, 0.01f], [-1, 0]];
        var actual = Merge(rows, Plan(MergeVariant.PerRow, new MergePairing.Similar(threshold), new RowSpan(0, rows.Length)));
        Assert.Equal(expected, actual.Length);
    }

    private static PromptMergePlan Plan(MergeVariant variant, MergePairing pairing, params RowSpan[] spans) =>
        new(0, MergePositions.Compressed, pairing, variant, spans);

    private static float Norm(float[] row) => MathF.Sqrt(row.Sum(static value => value * value));

    private static float[][] Noise(int rows, int width)
    {
        var state = 7UL;
        return [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, width).Select(_ =>
        {
            state = unchecked((state * 6364136223846793005) + 1442695040888963407);
            return ((state >> 40) / (float)(1 << 24)) - 0.4f;
        }).ToArray())];
    }

    private float[] Pair(float[] first, float[] second) =>
        Merge([first, second], Plan(MergeVariant.PerRow, new MergePairing.Similar(-1), new RowSpan(0, 2)))[0];

    private float[][] Merge(float[][] values, PromptMergePlan plan)
    {
        _workspace.Reset();
        var width = values[0].Length;
        var hidden = _workspace.Rent(values.Length, width);
        _backend.Upload(values.SelectMany(static row => row).ToArray(), hidden);
        var merging = new PromptMerging(plan, inherited: 0);
        var rows = new MergeRows();
        rows.Begin(values.Length);
        merging.Choose(new MergeInput(_backend, hidden, 0, values.Length, 0, 0), rows);
        var result = _workspace.Rent(rows.Count, width);
        merging.Merger.Merge(_backend, _workspace, hidden, rows, result);
        var merged = new float[rows.Count][];
        for (var row = 0; row < merged.Length; row++)
        {
            merged[row] = new float[width];
            _backend.Download(result, row, merged[row]);
        }

        return merged;
    }
}
