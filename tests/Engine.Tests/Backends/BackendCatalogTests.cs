using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;

namespace Slerp.Engine.Tests.Backends;

/// <summary>A backend is named; what this assembly does not have, a provider brings.</summary>
public sealed class BackendCatalogTests
{
    [Fact]
    public void Provider_MakesTheBackendThatIsNamed()
    {
        using var backend = BackendCatalog.Create(Named("other:2", new Provider()));
        Assert.Equal("cpu", backend.Name);
        using var own = BackendCatalog.Create(Named("cpu", new Provider()));
        Assert.Equal("cpu", own.Name);
    }

    [Fact]
    public void UnknownName_ListsTheKnownOnesAndWhatToDo()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => BackendCatalog.Create(Named("npu", new Provider())));
        Assert.Contains("'npu'. Known: cpu, other:N.", error.Message, StringComparison.Ordinal);
        var bare = Assert.Throws<ArgumentOutOfRangeException>(() => BackendCatalog.Create(Named("cuda")));
        Assert.Contains("AddSlerpTorchSharp", bare.Message, StringComparison.Ordinal);
        Assert.Equal(nameof(EngineOptions.Backend), bare.ParamName);
    }

    private static EngineOptions Named(string backend, params BackendProvider[] providers) =>
        new() { ModelPath = "", Backend = backend, Threads = 1, BackendProviders = providers };

    private sealed class Provider : BackendProvider
    {
        public override IReadOnlyList<string> Names => ["other:N"];

        internal override bool Serves(string backend) => backend.StartsWith("other:", StringComparison.Ordinal);

        internal override IComputeBackend Create(EngineOptions options) => new CpuBackend(new CpuBackendOptions(options.Threads));
    }
}
