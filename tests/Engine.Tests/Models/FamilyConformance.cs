using Slerp.Engine.Backends;
using Slerp.Engine.Models;
using Slerp.Engine.Steps;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests.Models;

/// <summary>The four laws of every family in the catalog, at toy size: chunked = whole, batched = alone, tree = chain, redo = never.</summary>
/// <remarks>A backend derives and says how it is made, and how near equal is: bit for bit, unless it says otherwise.</remarks>
public abstract class FamilyConformance : IDisposable
{
    private static readonly int[] Text = [.. Enumerable.Range(0, 150).Select(index => (index * 37 + index * index) % 256)];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Families()
    {
        var data = new TheoryData<string, string>();
        foreach (var family in ModelCatalog.Families)
        {
            foreach (var format in Enum.GetNames<WeightFormat>())
            {
                data.Add(family.Architectures[0], format);
            }
        }

        return data;
    }

    /// <summary>Largest difference of two logits that are the same by law.</summary>
    private protected virtual double ToleranceOf(WeightFormat format) => 0;

    private protected abstract IComputeBackend Create(int threads);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void ChunkedPrefill_EqualsWhole(string architecture, string format)
    {
        using var harness = Harness(architecture, format);
        var whole = harness.Read(harness.Open(), Text, Text.Length);
        foreach (var chunk in (int[])[1, 7, 64, 100])
        {
            AssertEqual(format, whole, harness.Read(harness.Open(), Text, chunk));
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Batched_EqualsAlone_AtAnyThreadCount(string architecture, string format)
    {
        using var harness = Harness(architecture, format);
        var alone = harness.Read(harness.Open(), Text, Text.Length);
        using var threaded = Harness(architecture, format, threads: 3);
        var (first, second) = (threaded.Open(), threaded.Open());
        threaded.Read(second, Text.AsSpan(40, 70), 70);
        TokenTree tree = new(), other = new();
        tree.SetChain(Text);
        other.SetChain(Text.AsSpan(0, 5));
        AssertEqual(format, alone, threaded.Run((second, other, 0), (first, tree, 0))[1]);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void TreePath_EqualsTheChain(string architecture, string format)
    {
        using var harness = Harness(architecture, format);
        var slot = harness.Open();
        // 62 committed rows: the paths cross a page border.
        harness.Read(slot, Text.AsSpan(0, 62), 62);
        var tree = new TokenTree();
        var root = tree.Add(1, -1);
        var a = tree.Add(2, root);
        var b = tree.Add(3, root);
        var ab = tree.Add(4, b);
        var aa = tree.Add(5, a);
        var abc = tree.Add(6, ab);
        var rows = harness.Run(slot, tree);
        foreach (var leaf in (int[])[aa, abc])
        {
            var path = new List<int>();
            for (var node = leaf; node >= 0; node = tree.Parents[node])
            {
                path.Insert(0, node);
            }

            var chain = new TokenTree();
            chain.SetChain([.. path.Select(node => tree.Tokens[node])]);
            AssertEqual(format, [.. path.Select(node => rows[node])], harness.Run(slot, chain));
        }

        // Committing the branch moves its rows; what follows equals the chain too.
        harness.Run(slot, tree);
        harness.Cache.Commit(slot, [root, b, ab, abc]);
        var next = new TokenTree();
        next.SetChain([9]);
        var afterTree = harness.Run(slot, next);
        var fresh = harness.Open();
        harness.Read(fresh, [.. Text[..62], 1, 3, 4, 6], 66);
        AssertEqual(format, harness.Run(fresh, next), afterTree);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void TruncateAndRedo_EqualsNeverHavingBeenThere(string architecture, string format)
    {
        using var harness = Harness(architecture, format);
        var slot = harness.Open();
        harness.Read(slot, Text.AsSpan(0, 130), 50);
        harness.Cache.Truncate(slot, 61);
        var redone = harness.Read(slot, Text.AsSpan(61, 20), 20);
        var fresh = harness.Read(harness.Open(), Text.AsSpan(0, 81), 81);
        AssertEqual(format, fresh[61..], redone);
    }

    private void AssertEqual(string format, float[][] expected, float[][] actual)
    {
        var tolerance = ToleranceOf(Enum.Parse<WeightFormat>(format));
        Assert.Equal(expected.Length, actual.Length);
        for (var row = 0; row < expected.Length; row++)
        {
            var largest = expected[row].Zip(actual[row], static (a, b) => a.Equals(b) ? 0 : Math.Abs((double)a - b)).Max();
            Assert.True(largest <= tolerance, $"row {row} differs by {largest:G3}");
        }
    }

    private DecoderHarness Harness(string architecture, string format, int threads = 1)
    {
        var path = new ToyCheckpoint { Architecture = architecture, Tied = architecture[0] != 'M' }.Save(_folder, architecture);
        return new DecoderHarness(
            Path.Combine(path, "config.json"), Path.Combine(path, "model.safetensors"), threads, Enum.Parse<WeightFormat>(format), backend: Create);
    }
}
