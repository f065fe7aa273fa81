using System.Text.Json;
using Slerp.Engine.Quality;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>Checks that compare an answer with its prompt get it as text, and what of it was merged; others do not.</summary>
public sealed class PromptOfChecksTests : IDisposable
{
    private const string Passage = "The river Ahr rises in Blankenheim, runs past vineyards for eighty-nine kilometres, and meets the Rhine near Sinzig.";
    private const string Question = " How long?";

    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public PromptOfChecksTests() => _path = new ToyCheckpoint { Layers = 4, Context = 512, Sharpness = 8 }.Save(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TextIsSpelledForThoseWhoAsk(bool needs)
    {
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = _path, Threads = 1, NotesFolder = "", WarmStart = false });
        var check = new ReadingCheck(needs);
        var judged = await JudgedRun.DriveAsync(engine, EngineRequests.Raw("", 20, drafter: "vanilla") with
        {
            Prompt = new Prompt.Conversation(
                [new ChatTurn { Role = ChatTurnRole.User, Parts = [new ChatPart(Passage, ChatPartKind.Passage), new ChatPart(Question)] }], [], new Dictionary<string, JsonElement>()),
            Merging = new MergingMode.PromptOnly(new MergeCutoff.Layer(0), MergePairing.Blind.Instance, MergePositions.Mean, MergeVariant.PerRow),
            Gate = new QualityGate { HoldsSegments = true, Checks = [check] },
        });
        Assert.Null(judged.Rejected);
        var context = check.Seen[0];
        Assert.True(context.Merging.MergedTokens > 0);
        Assert.All(check.Seen, seen => Assert.Same(context.PromptText, seen.PromptText));
        if (needs)
        {
            Assert.Contains(Passage + Question, context.PromptText, StringComparison.Ordinal);
            Assert.Contains("runs past vineyards", context.MergedText, StringComparison.Ordinal);
            Assert.DoesNotContain(Question, context.MergedText, StringComparison.Ordinal);
        }
        else
        {
            Assert.Null(context.PromptText);
            Assert.Null(context.MergedText);
        }
    }

    [Fact]
    public async Task AnswerThatNobodyJudgesBySegments_SpellsNothingForThoseWhoDo()
    {
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = _path, Threads = 1, NotesFolder = "", WarmStart = false });
        var atTheEnd = new ReadingCheck(needs: false, QualityScope.Answer);
        await engine.AnswerAsync(EngineRequests.Raw("x", 4) with { Gate = new QualityGate { Checks = [new ReadingCheck(needs: true), atTheEnd] } });
        Assert.Null(Assert.Single(atTheEnd.Seen).PromptText);
    }

    [Theory]
    [InlineData(QualityScope.Segment, true)]
    [InlineData(QualityScope.Answer, false)]
    public void Panel_AsksACheckForItsScopeOnce(QualityScope scope, bool isAsked)
    {
        var check = new ReadingCheck(needs: true);
        var panel = new CheckPanel(new QualityGate { Checks = [check] }, scope, TimeProvider.System, new HungChecks());
        Assert.Equal((isAsked, 1), (panel.NeedsPrompt, check.ScopeReads));
    }

    private sealed class ReadingCheck(bool needs, QualityScope scope = QualityScope.Segment) : IQualityCheck
    {
        public string Name => "reading";

        public int ScopeReads { get; private set; }

        public QualityScope Scope
        {
            get
            {
                ScopeReads++;
                return scope;
            }
        }

        public bool NeedsPrompt => needs;

        public List<QualityContext> Seen { get; } = [];

        public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens)
        {
            Seen.Add(context);
            return Verdict.Passed;
        }
    }
}
