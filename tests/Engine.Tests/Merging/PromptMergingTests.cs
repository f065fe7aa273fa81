using Slerp.Engine.Models;
using Slerp.Engine.Steps;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Merging;

/// <summary>A merged prompt's laws, bit for bit: chunked = whole, batched = alone, tree = chain; and nothing changes where nothing is merged.</summary>
public sealed class PromptMergingTests : IDisposable
{
    private static readonly int[] Text = MergeHarness.Text(190);
    private static readonly RowSpan[] Spans = [new(3, 61), new(64, 2), new(70, 3), new(80, 77)];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<float?, MergePositions> Plans()
    {
        var data = new TheoryData<float?, MergePositions>();
        foreach (var positions in Enum.GetValues<MergePositions>())
        {
            foreach (var threshold in (float?[])[null, -1, 0.3f, 0.5f])
            {
                data.Add(threshold, positions);
            }
        }

        return data;
    }

    public static TheoryData<string> Families() => [.. ModelCatalog.Families.Select(static family => family.Architectures[0])];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Plans))]
    public void ChunkedPrefill_EqualsWhole(float? threshold, MergePositions positions)
    {
        using var harness = new MergeHarness(_folder);
        var whole = harness.Open(Plan(threshold, positions));
        var expected = harness.Read(whole, Text);
        Assert.True(whole.Merging!.MergedTokens > 0);
        foreach (var chunk in (int[])[1, 2, 3, 7, 50, 64, 100])
        {
            var reader = harness.Open(Plan(threshold, positions));
            AssertEqual(expected, harness.Read(reader, Text, chunk));
            Assert.Equal(harness.Rows(whole), harness.Rows(reader));
            Assert.Equal(whole.Merging.MergedTokens, reader.Merging!.MergedTokens);
            Assert.Equal(whole.Merging.MeanSimilarity, reader.Merging.MeanSimilarity, 1e-6);
            harness.Decoder.Cache.Release(reader.Slot);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void ChunkedPrefill_EqualsWhole_InEveryFamily(string architecture)
    {
        using var harness = new MergeHarness(_folder, architecture: architecture);
        foreach (var threshold in (float?[])[null, 0.3f])
        {
            var expected = harness.Read(harness.Open(Plan(threshold, MergePositions.Mean)), Text);
            AssertEqual(expected, harness.Read(harness.Open(Plan(threshold, MergePositions.Mean)), Text, 29));
        }
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Batched_EqualsAlone_AtAnyThreadCount(float? threshold, MergePositions positions)
    {
        using var harness = new MergeHarness(_folder);
        var expected = harness.Read(harness.Open(Plan(threshold, positions)), Text, 95);
        using var threaded = new MergeHarness(_folder, threads: 3);
        // Others at other cutoffs, one not merged, one that only decodes after a merged prompt.
        var mine = threaded.Open(Plan(threshold, positions));
        var other = threaded.Open(Plan(threshold, positions, cutoff: 0));
        var late = threaded.Open(Plan(threshold, positions, cutoff: 3));
        var plain = threaded.Open(null);
        threaded.Read(late, MergeHarness.Text(170, 5), 60);
        for (var step = 0; step < 2; step++)
        {
            threaded.Prepare(other, MergeHarness.Text(120, 9), 60);
            threaded.Prepare(plain, MergeHarness.Text(40, 11), 20);
            threaded.Prepare(mine, Text, 95);
            late.Tree.SetChain([7]);
            threaded.Run(Text.Length, late, other, mine, plain);
        }

        // By similarity a chunk may give a row back.
        AssertEqual(expected, threaded.Read(mine, Text));
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void TreeAfterAMergedPrompt_EqualsTheChain(float? threshold, MergePositions positions)
    {
        using var harness = new MergeHarness(_folder);
        var reader = harness.Open(Plan(threshold, positions));
        harness.Read(reader, Text);
        var tree = reader.Tree;
        tree.Clear();
        var root = tree.Add(1, -1);
        tree.Add(2, root);
        var branch = tree.Add(3, root);
        tree.Add(4, branch);
        harness.Run(Text.Length, reader);
        var chain = harness.Open(Plan(threshold, positions));
        // The run committed the tree's four rows as they stand: read what its last node sees, 1 and 3, then 4.
        AssertEqual(harness.Read(chain, [.. Text, 1, 3, 4], Text.Length), reader.Logits!);
    }

    [Fact]
    public void NothingMerged_LeavesEveryBit()
    {
        using var harness = new MergeHarness(_folder);
        var expected = harness.Read(harness.Open(null), Text);
        foreach (var plan in (PromptMergePlan[])
        [
            Plan(null, MergePositions.Compressed, cutoff: 4),
            Plan(1, MergePositions.Compressed),
            Plan(1, MergePositions.Mean),
            Plan(null, MergePositions.Compressed) with { Spans = [new RowSpan(3, 3), new RowSpan(9, 2)] },
        ])
        {
            var reader = harness.Open(plan.Cutoff < 4 ? plan : null);
            AssertEqual(expected, harness.Read(reader, Text, 33));
            Assert.Equal(0, reader.Merging?.MergedTokens ?? 0);
        }
    }

    [Fact]
    public void UpperLayers_HoldFewerRows_AndEveryPageComesBack()
    {
        using var harness = new MergeHarness(_folder);
        var free = harness.Decoder.Cache.FreePages;
        var reader = harness.Open(Plan(null, MergePositions.Compressed, cutoff: 1));
        harness.Read(reader, Text, 50);
        // (61 - 2) / 2 and (77 - 2) / 2 pairs.
        Assert.Equal([190, 190, 190 - 66, 190 - 66, 190 - 66], harness.Rows(reader));
        Assert.Equal(free - ((2 * 3) + (3 * 2)), harness.Decoder.Cache.FreePages);
        harness.Decoder.Cache.Release(reader.Slot);
        Assert.Equal(free, harness.Decoder.Cache.FreePages);
    }

    [Fact]
    public void Reference_BesideOthersOrInChunks_IsRefused()
    {
        using var harness = new MergeHarness(_folder);
        var plan = Plan(null, MergePositions.Compressed) with { Variant = MergeVariant.Reference };
        var (first, second) = (harness.Open(plan), harness.Open(null));
        first.Tree.SetChain(Text);
        second.Tree.SetChain(Text);
        Assert.Contains("runs alone", Assert.Throws<InvalidOperationException>(() => harness.Run(Text.Length, first, second)).Message, StringComparison.Ordinal);
        Assert.Contains("one step", Assert.Throws<InvalidOperationException>(() => harness.Read(harness.Open(plan), Text, 40)).Message, StringComparison.Ordinal);
        Assert.NotEmpty(harness.Read(harness.Open(plan), Text));
    }

    private static PromptMergePlan Plan(float? threshold, MergePositions positions, int cutoff = 1) => new(
        cutoff, positions, threshold is { } least ? new MergePairing.Similar(least) : MergePairing.Blind.Instance, MergeVariant.PerRow, Spans);

    private static void AssertEqual(float[] expected, float[] actual) =>
        Assert.True(expected.AsSpan().SequenceEqual(actual), "logits differ");
}
