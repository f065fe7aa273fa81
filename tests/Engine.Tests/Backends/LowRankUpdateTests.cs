using Slerp.Engine.Backends;

namespace Slerp.Engine.Tests.Backends;

public sealed class LowRankUpdateTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 15, 2)]
    [InlineData(4, 16, 7)]
    [InlineData(7, 17, 16)]
    [InlineData(13, 100, 3)]
    public void Rows_OfAnyRange_AreTheFormulaBitForBit(int rows, int columns, int rank)
    {
        var random = new Random(rows);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
        var (w, a, b) = (Values(rows * columns), Values(rank * columns), Values(rows * rank));
        var expected = new float[w.Length];
        for (var index = 0; index < w.Length; index++)
        {
            var sum = 0f;
            for (var k = 0; k < rank; k++)
            {
                var product = b[(index / columns * rank) + k] * a[(k * columns) + (index % columns)];
                sum += product;
            }

            var update = sum * 0.3f;
            expected[index] = w[index] + update;
        }

        var merged = new LowRankUpdate(a, b, rank, 0.3f);
        for (var first = 0; first < rows; first++)
        {
            for (var count = 0; count <= rows - first; count++)
            {
                var part = w.AsSpan(first * columns, count * columns).ToArray();
                merged.AddTo(first, count, part);
                Assert.Equal(expected.AsSpan(first * columns, count * columns), part.AsSpan());
            }
        }
    }
}
