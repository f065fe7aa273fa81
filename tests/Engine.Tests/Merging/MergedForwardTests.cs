using Slerp.Engine.Steps;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Merging;

/// <summary>The engine's merged forward pass against its definition, computed apart.</summary>
public sealed class MergedForwardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<int, MergePositions, MergeVariant, int> Settings() => new()
    {
        { 0, MergePositions.Compressed, MergeVariant.PerRow, 20 },
        { 0, MergePositions.Mean, MergeVariant.PerRow, 21 },
        { 1, MergePositions.Compressed, MergeVariant.Reference, 20 },
        { 1, MergePositions.Compressed, MergeVariant.Reference, 21 },
        { 1, MergePositions.Mean, MergeVariant.Reference, 4 },
        { 2, MergePositions.Mean, MergeVariant.PerRow, 5 },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Settings))]
    public void Logits_AreThoseOfTheDefinition(int cutoff, MergePositions positions, MergeVariant variant, int length)
    {
        const int Start = 3;
        using var harness = new MergeHarness(_folder, layers: 4);
        using var oracle = new MergedForwardOracle(harness.Folder, layers: 4);
        var text = MergeHarness.Text(40);
        var plan = new PromptMergePlan(cutoff, positions, MergePairing.Blind.Instance, variant, [new RowSpan(Start, length)]);
        var actual = harness.Read(harness.Open(plan), text);
        int[] pairs = [.. Enumerable.Range(0, (length - 2) / 2).Select(static pair => Start + 1 + (2 * pair))];
        var expected = oracle.Logits(text, new(cutoff, pairs, positions == MergePositions.Mean, variant == MergeVariant.Reference, Start, length));
        var unmerged = oracle.Logits(text, new(99, [], false, false, 0, 0));
        var scale = expected.Max(Math.Abs);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * scale));
        Assert.True(expected.Zip(unmerged).Max(static pair => Math.Abs(pair.First - pair.Second)) > 1e-2 * scale, "merging should change the logits");
    }
}
