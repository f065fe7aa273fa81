using Slerp.Engine.Quality;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>How probable tokens were is worked out for checks that want to know; where none does, most logits need not be computed.</summary>
public sealed class ProbabilitiesOfChecksTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public async Task Probabilities_AreThereForAll_WhereOneAsks(bool first, bool second, bool areThere)
    {
        var path = new ToyCheckpoint { Context = 128, Sharpness = 8 }.Save(_folder);
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = path, Threads = 1, NotesFolder = "", WarmStart = false });
        var checks = new[] { new CountingCheck(first), new CountingCheck(second) };
        var judged = await JudgedRun.DriveAsync(
            engine, EngineRequests.Raw("hello", 12, drafter: "vanilla") with { Gate = new QualityGate { HoldsSegments = true, Checks = checks } });
        Assert.Null(judged.Rejected);
        Assert.All(checks, check =>
        {
            Assert.Equal(12, check.Seen.Count);
            Assert.All(check.Seen, token =>
            {
                Assert.Equal(areThere, token.IsScored);
                Assert.Equal(areThere, float.IsFinite(token.LogProbability) && float.IsFinite(token.Entropy));
            });
        });
    }

    [Fact]
    public void DefaultChecks_WantNone() =>
        Assert.All(QualityCatalog.DefaultNames, static name => Assert.False(QualityCatalog.Find(name)!.NeedsProbabilities));

    private sealed class CountingCheck(bool needs) : IQualityCheck
    {
        public string Name => "counting";

        public QualityScope Scope => QualityScope.Segment;

        public bool NeedsProbabilities => needs;

        public List<TokenStatistics> Seen { get; private set; } = [];

        public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens)
        {
            Seen = [.. tokens.Span];
            return Verdict.Passed;
        }
    }
}
