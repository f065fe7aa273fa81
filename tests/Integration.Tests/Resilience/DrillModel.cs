using Slerp.Benchmarks.Gate;
using Slerp.Connector;
using Slerp.Engine;
using Slerp.Tests.Shared;

namespace Slerp.Integration.Tests.Resilience;

/// <summary>The small model that faults are tried on, and what it is asked: merging changes its answer, which is as long as it may be.</summary>
internal sealed class DrillModel : IDisposable
{
    public const string Passage = "The harbour of Brontle opens at nine. The lamp of Corvin is green. Nobody has seen the clock of Dunmere.";
    public const string Question = " abcabc?";
    public const int Layers = 4;
    public const int Tokens = 70;

    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public DrillModel() => _path = new ToyCheckpoint { Layers = Layers, Sharpness = 8, Context = 512 }.Save(_folder);

    public Task<FallbackDrill> LoadAsync(TimeProvider? clock = null, Action<SlerpChatClientOptions>? configure = null) =>
        FallbackDrill.LoadAsync(_path, WeightFormat.AsStored, 1, clock ?? TimeProvider.System, configure, default);

    public void Dispose() => _folder.Dispose();
}
