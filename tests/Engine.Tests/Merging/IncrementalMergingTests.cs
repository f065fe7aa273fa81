using Slerp.Engine.Steps;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Merging;

/// <summary>Token by token equals reading the whole text anew for each token: difference 0.</summary>
public sealed class IncrementalMergingTests : IDisposable
{
    private const int Prompt = 40;
    private const int Steps = 200;

    private static readonly int[] Text = MergeHarness.Text(Prompt + Steps);

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<int, int, int, MergePositions> Settings() => new()
    {
        { 0, 0, 1, MergePositions.Compressed },
        { 2, 9, 3, MergePositions.Compressed },
        { 0, 100, 32, MergePositions.Compressed },
        { Prompt, 64, 16, MergePositions.Compressed },
        { 5, 8, 30, MergePositions.Compressed },
        { 2, 9, 3, MergePositions.Mean },
        { Prompt, 64, 16, MergePositions.Mean },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Settings))]
    public void EveryStep_EqualsFullRecomputation(int keepFirst, int minimum, int keepLast, MergePositions positions)
    {
        using var harness = new MergeHarness(_folder, layers: 4);
        var plan = new IncrementalMergePlan(1, positions, keepFirst, minimum, keepLast);
        var running = harness.Open(plan);
        harness.Read(running, Text.AsSpan(0, Prompt), 3);
        for (var tokens = Prompt + 1; tokens <= Text.Length; tokens++)
        {
            var actual = harness.Read(running, Text.AsSpan(0, tokens));
            var anew = harness.Open(plan);
            var expected = harness.Read(anew, Text.AsSpan(0, tokens));
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"logits differ after {tokens} tokens");
            Assert.Equal(harness.Rows(anew), harness.Rows(running));
            harness.Decoder.Cache.Release(anew.Slot);
        }

        Assert.True(running.Merging!.MergedTokens > 40);
        harness.Decoder.Cache.Release(running.Slot);
        Assert.Equal(harness.Decoder.Cache.TotalPages, harness.Decoder.Cache.FreePages);
    }

    [Fact]
    public void Batched_EqualsAlone()
    {
        using var harness = new MergeHarness(_folder, layers: 4);
        var plan = new IncrementalMergePlan(1, MergePositions.Compressed, 2, 9, 3);
        var expected = harness.Read(harness.Open(plan), Text.AsSpan(0, 100));
        var (mine, other, plain) = (harness.Open(plan), harness.Open(plan with { KeepLast = 7 }), harness.Open(null));
        harness.Read(other, Text.AsSpan(9, 60));
        while (harness.Decoder.Cache.Rows(mine.Slot, 0) < 100)
        {
            harness.Prepare(mine, Text.AsSpan(0, 100), 9);
            other.Tree.SetChain([5]);
            plain.Tree.SetChain([6, 7]);
            harness.Run(100, plain, mine, other);
        }

        Assert.True(expected.AsSpan().SequenceEqual(mine.Logits));
    }
}
