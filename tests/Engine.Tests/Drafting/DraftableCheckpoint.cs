using Slerp.Engine.Cache;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Drafting;

/// <summary>A toy checkpoint with everything a drafter of the catalog may need beside it. A new drafter's needs are added here.</summary>
internal sealed class DraftableCheckpoint
{
    private static readonly ToyCheckpoint Toy = new() { Sharpness = 8, Layers = 4 };

    private DraftableCheckpoint(EngineOptions options) => Options = options;

    /// <summary>How an engine is made with all of it.</summary>
    public EngineOptions Options { get; }

    /// <summary>Writes it.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="canEnd">Whether it has an end token, as answers of a form need.</param>
    public static DraftableCheckpoint Save(TemporaryFolder folder, bool canEnd = false)
    {
        var path = (Toy with { CanEnd = canEnd }).Save(folder);
        // The first half of the same layers: often right, often wrong.
        (Toy with { Layers = 2 }).Save(folder, "toy-draft");
        File.WriteAllText(Path.Combine(path, "slerp-layer-mask.json"), """{"layers": 4, "skip_attention": [2, 3], "skip_mlp": [1]}""");
        return new DraftableCheckpoint(new EngineOptions { ModelPath = path, SpeculatorPath = new ToySpeculator().Save(folder), Threads = 1 });
    }

    /// <summary>Bytes of so many pages in each layer.</summary>
    public static long BytesOfPages(int pages) => pages * Toy.Layers * CacheArithmetic.BytesPerPage(Toy.KvHeads, Toy.HeadSize, KvFormat.Float32);
}
