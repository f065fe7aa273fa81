using Slerp.Engine.Drafting;
using Slerp.Engine.Drafting.TokenRecycling;
using Slerp.Engine.Drafting.TreeGrowth;
using Slerp.Engine.Tests.Doubles;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Drafting;

/// <summary>Whatever a table or a source says, the ids are vanilla's, in a batch of eight, greedy and sampled.</summary>
public sealed class WrongDraftTests : IDisposable
{
    private const int Vocabulary = ToyCheckpoint.VocabularySize;

    // Rows are free: everything that is guessed is run.
    private static readonly StepPrices Free = new(new CostCurve([1, 640], [1, 1]));

    private readonly DecodingHarness _harness = new();

    public static TheoryData<string> Tables => ["empty", "random", "poisoned", "self", "full of one"];

    public void Dispose() => _harness.Dispose();

    [Theory]
    [MemberData(nameof(Tables))]
    public void Table_OfAnyContent_LeavesTheIds(string table)
    {
        var memory = new RecyclingMemory(Vocabulary, RecyclingScope.Conversation) { Warm = Table(table) };
        using var drafter = new TreeDrafter("test", Free, 64, context => [new RecyclingSource(context, memory)]);
        Assert.True(ProposedBy(drafter) > 0);
    }

    [Fact]
    public void SourceThatIsAlwaysWrong_CostsRowsAndNothingElse()
    {
        using var drafter = new TreeDrafter("test", Free, 16, context => [new WrongSource(_harness)]);
        Assert.True(ProposedBy(drafter) > 0);
    }

    [Fact]
    public void EmptyTable_WithNothingToLearnFrom_GivesOneTokenAStep()
    {
        using var drafter = new TreeDrafter("test", Free, 64, _ => [new SilentSource()]);
        var sequence = _harness.Create(Prompt(0), drafter);
        _harness.Run(sequence);
        Assert.Equal((59, 0), (sequence.Steps, sequence.Drafting.Ledger.Proposed));
    }

    private int ProposedBy(IDrafter drafter)
    {
        var proposed = 0;
        foreach (var sampling in new[] { SamplingMode.Greedy.Instance, new SamplingMode.Stochastic(0.7f, 0, 0.9f, 0, Seed: 3), (SamplingMode)new SamplingMode.Stochastic(1, 0, 1, 0, Seed: 4) })
        {
            foreach (var hasPenalties in (bool[])[false, true])
            {
                var vanilla = _harness.Run([.. Enumerable.Range(0, 8).Select(index => _harness.Create(Prompt(index), null, sampling, hasPenalties: hasPenalties))]);
                var drafted = Enumerable.Range(0, 8).Select(index => _harness.Create(Prompt(index), drafter, sampling, hasPenalties: hasPenalties)).ToArray();
                Assert.Equal(vanilla, _harness.Run(drafted));
                Assert.All(drafted, sequence => Assert.Equal(0, sequence.Drafting.Ledger.Faults));
                proposed += drafted.Sum(sequence => sequence.Drafting.Ledger.Proposed);
            }
        }

        return proposed;
    }

    private static int[] Prompt(int index) => [.. Enumerable.Range(0, 5 + index).Select(position => ((index * 31) + (position * position)) % 250)];

    private static SuccessorTable? Table(string kind)
    {
        if (kind == "empty")
        {
            return null;
        }

        var random = new Random(5);
        var table = new SuccessorTable(Vocabulary, RecyclingSource.Width);
        for (var token = 0; token < Vocabulary; token++)
        {
            table.Write(token, kind switch
            {
                "random" => [.. Enumerable.Range(0, Vocabulary).OrderBy(_ => random.Next()).Take(RecyclingSource.Width)],
                "poisoned" => [Vocabulary - 1, Vocabulary - 2, Vocabulary - 3, 0],
                "self" => [token],
                _ => [42],
            });
        }

        return table;
    }

    // Blind and sure of it.
    private sealed class WrongSource(DecodingHarness harness) : CandidateSource
    {
        public override string Name => "wrong";

        public override void Expand(int token, long cursor, List<Candidate> candidates)
        {
            var size = harness.Model.Info.VocabularySize;
            candidates.Add(new Candidate((token + 1) % size, 0.99, None));
            candidates.Add(new Candidate((token + 2) % size, 0.5, None));
        }

        public override void Observe(in StepOutcome outcome)
        {
        }
    }

    private sealed class SilentSource : CandidateSource
    {
        public override string Name => "silent";

        public override void Expand(int token, long cursor, List<Candidate> candidates)
        {
        }

        public override void Observe(in StepOutcome outcome)
        {
        }
    }
}
