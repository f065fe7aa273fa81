using Slerp.Engine.Merging;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Tests.Merging;

/// <summary>Chunks of any size, for any plan: always some progress, never beyond what is known, never a pair split.</summary>
public sealed class ChunkProperties
{
    [Fact]
    public void AnyChunk_OfAnyPlan_MovesOnAndSplitsNoPair()
    {
        var state = 5UL;
        int Next(int bound)
        {
            state = unchecked((state * 6364136223846793005) + 1442695040888963407);
            return (int)((state >> 33) % (ulong)bound);
        }

        for (var round = 0; round < 500; round++)
        {
            var spans = new List<RowSpan>();
            for (var start = Next(5); start < 100; start += spans[^1].Length + Next(6))
            {
                spans.Add(new RowSpan(start, 2 + Next(30)));
            }

            var tokens = spans[^1].End + 1 + Next(4);
            var isBlind = round % 2 == 0;
            var merging = new PromptMerging(
                new PromptMergePlan(0, MergePositions.Mean, isBlind ? MergePairing.Blind.Instance : new MergePairing.Similar(0), MergeVariant.PerRow, spans), 0);
            for (var rows = 0; rows < tokens;)
            {
                var count = merging.ChunkTokens(rows, 1 + Next(Math.Min(9, tokens - rows)));
                Assert.InRange(count, 1, tokens - rows);
                rows += count;
                if (isBlind && spans.FirstOrDefault(span => span.Contains(rows)) is { Length: > 3 } inside)
                {
                    // Pair j of a run joins its rows 2j + 1 and 2j + 2.
                    var offset = rows - inside.Start;
                    Assert.False(offset >= 2 && offset % 2 == 0 && offset <= 2 * MergeArithmetic.Pairs(inside.Length), $"a chunk ends before row {offset} of a run of {inside.Length}");
                }
            }
        }
    }
}
