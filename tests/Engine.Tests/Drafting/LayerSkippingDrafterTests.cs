using Slerp.Engine.Drafting;
using Slerp.Engine.Drafting.LayerSkipping;
using Slerp.Engine.Models;
using Slerp.Engine.Steps;
using Slerp.Engine.Tests.Doubles;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests.Drafting;

public sealed class LayerSkippingDrafterTests : IDisposable
{
    private static readonly ToyCheckpoint Toy = new() { Sharpness = 8, Layers = 4 };
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public LayerSkippingDrafterTests() => _path = Toy.Save(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EmptyMask_EveryDraftIsRight()
    {
        await using var engine = await LoadAsync("""{"layers": 4, "skip_attention": [], "skip_mlp": []}""");
        var drafts = (await engine.AnswerAsync(EngineRequests.Raw("abc", 80, null, "skip"))).Stats.Drafts;
        Assert.True(drafts.Proposed > 40, $"{drafts.Proposed} drafted");
        Assert.Equal(drafts.Proposed, drafts.Accepted);
    }

    [Fact]
    public async Task FullMask_TheTextIsVanillasAllTheSame()
    {
        await using var engine = await LoadAsync("""{"layers": 4, "skip_attention": [0, 1, 2, 3], "skip_mlp": [0, 1, 2, 3]}""");
        var vanilla = await engine.AnswerAsync(EngineRequests.Raw("abc", 60, null, "vanilla"));
        var drafted = await engine.AnswerAsync(EngineRequests.Raw("abc", 60, null, "skip"));
        Assert.Equal(vanilla.Text, drafted.Text);
        Assert.True(drafted.Stats.Drafts.Proposed > 0);
    }

    [Fact]
    public async Task MaskOfAnotherModel_IsRefusedAtLoad()
    {
        var failure = await Assert.ThrowsAsync<CheckpointException>(() => LoadAsync("""{"layers": 5, "skip_attention": [], "skip_mlp": []}"""));
        Assert.Contains(LayerMaskFile.Name, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Draft_LeavesTheCacheAsItWas_AlsoForkedAndUnevenRows()
    {
        using var harness = new DecoderHarness(Path.Combine(_path, "config.json"), Path.Combine(_path, "model.safetensors"));
        var cache = harness.Cache;
        var (slot, other) = (harness.Open(), harness.Open());
        int[] text = [.. Enumerable.Range(0, 21).Select(static index => 60 + (index * 7 % 40))];
        harness.Read(slot, text, 21);
        // As after merging: an upper layer has fewer rows.
        cache.Truncate(slot, 3, 18);
        cache.Fork(slot, other);
        var expected = harness.Run(other, Chain(65))[0];
        var free = cache.FreePages;
        using var drafter = new LayerSkippingDrafter(harness.Decoder, new LayerMask(4, [1, 2], [2]), cache, harness.Workspace);
        var context = new TextContext(slot, text.Append(65));
        using (var session = drafter.Open(context))
        {
            var tree = Chain(65);
            drafter.Propose([new DraftTask(session, tree, 6)], plainRows: 1);
            Assert.InRange(tree.Count, 2, 7);
        }

        Assert.Equal([21, 21, 21, 18], Enumerable.Range(0, 4).Select(layer => cache.Rows(slot, layer)));
        Assert.Equal(expected, harness.Run(slot, Chain(65))[0]);
        Assert.Equal(expected, harness.Run(other, Chain(65))[0]);
        cache.Release(slot);
        cache.Release(other);
        Assert.Equal(cache.TotalPages, cache.FreePages);
        Assert.True(free < cache.TotalPages);
    }

    private static TokenTree Chain(params ReadOnlySpan<int> tokens)
    {
        var tree = new TokenTree();
        tree.SetChain(tokens);
        return tree;
    }

    private Task<SlerpEngine> LoadAsync(string mask)
    {
        File.WriteAllText(Path.Combine(_path, LayerMaskFile.Name), mask);
        return SlerpEngine.LoadAsync(new EngineOptions { ModelPath = _path, Threads = 1 });
    }
}
