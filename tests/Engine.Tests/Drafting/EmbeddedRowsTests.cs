using Slerp.Engine.Drafting;
using Slerp.Engine.Steps;
using Slerp.Engine.Tests.Doubles;

namespace Slerp.Engine.Tests.Drafting;

/// <summary>A prompt with rows that come as embeddings, an image say: every drafter leaves the ids as they are, and sees none of it.</summary>
public sealed class EmbeddedRowsTests : IDisposable
{
    private const int Width = 32;

    private readonly DecodingHarness _harness = new(static folder => DraftableCheckpoint.Save(folder).Options with { Costs = new CostCurve([1, 64], [1, 1.1]) });

    public static TheoryData<string> Drafters => [.. EngineCatalog.Drafters];

    public void Dispose() => _harness.Dispose();

    [Theory]
    [MemberData(nameof(Drafters))]
    public void ImageInThePrompt_LeavesTheIds(string drafter)
    {
        var drafts = _harness.Model.DrafterNamed(drafter);
        foreach (var sampling in new[] { SamplingMode.Greedy.Instance, (SamplingMode)new SamplingMode.Stochastic(0.8f, 0, 0.95f, 0, Seed: 9) })
        {
            foreach (var seed in (int[])[1, 2, 3])
            {
                var (prompt, rows) = Prompt(seed);
                var vanilla = _harness.Run(_harness.Create(prompt, null, sampling, embedded: rows, hasPenalties: true));
                var sequence = _harness.Create(prompt, drafts, sampling, embedded: rows, hasPenalties: true);
                Assert.Equal(vanilla, _harness.Run(sequence));
                Assert.Equal(60, vanilla[0].Length);
                Assert.Equal(0, sequence.Drafting.Ledger.Faults);
            }
        }
    }

    [Fact]
    public void Rows_AreWhatTheModelSees()
    {
        var (prompt, rows) = Prompt(1);
        var (_, others) = Prompt(2);
        var first = _harness.Run(_harness.Create(prompt, null, embedded: rows));
        Assert.Equal(first, _harness.Run(_harness.Create(prompt, null, embedded: rows)));
        Assert.NotEqual(first, _harness.Run(_harness.Create(prompt, null, embedded: others)));
    }

    [Fact]
    public void Sequence_ShowsDraftersIdsOnly_AndItsRowsToNoCache()
    {
        var (prompt, rows) = Prompt(1);
        var sequence = _harness.Create(prompt, null, embedded: rows);
        IDraftContext context = sequence;
        Assert.DoesNotContain(TokenTree.Placeholder, context.Tokens.ToArray());
        Assert.Equal(prompt.Length - rows.Count, context.Tokens.Length);
        Assert.Equal(prompt.Length - rows.Count, context.PromptTokens);
        Assert.Equal(prompt.Length, context.Position);
        Assert.Equal(prompt[..6], sequence.CacheableTokens.ToArray());
        Assert.False(sequence.HasSoundRows);
    }

    [Fact]
    public void TokensShownToDrafters_FollowTheAnswer_AndAreNotCopied()
    {
        var (prompt, rows) = Prompt(1);
        var sequence = _harness.Create(prompt, null, embedded: rows);
        IDraftContext context = sequence;
        int[] ids = [.. prompt.Where(static token => token != TokenTree.Placeholder)];
        Assert.Equal([.. ids, .. _harness.Run(sequence)[0]], context.Tokens.ToArray());

        var before = GC.GetAllocatedBytesForCurrentThread();
        var length = 0;
        for (var call = 0; call < 100; call++)
        {
            length += context.Tokens.Length;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(100 * (ids.Length + 60), length);

        sequence.RollBack(3);
        Assert.Equal([.. ids, .. sequence.Tokens[^3..]], context.Tokens.ToArray());
    }

    [Fact]
    public void PlaceholderWithoutARow_IsRefusedWithItsPosition()
    {
        var tree = new TokenTree();
        tree.SetChain([1, TokenTree.Placeholder], new EmbeddedRows(new Dictionary<int, float[]> { [3] = new float[Width] }), firstPosition: 10);
        var refusal = Assert.Throws<ArgumentException>(() => new StepBatch().Add(new StepSlice(0, tree, WantedRows.All, 2)));
        Assert.Contains("Position 11", refusal.Message, StringComparison.Ordinal);
    }

    private static (int[] Prompt, EmbeddedRows Rows) Prompt(int seed)
    {
        var random = new Random(seed);
        int[] text = [65, 66, 67, 65, 66, 67];
        var rows = Enumerable.Range(6, 12).ToDictionary(
            position => position, _ => Enumerable.Range(0, Width).Select(_ => (float)((random.NextDouble() * 4) - 2)).ToArray());
        return ([.. text, .. Enumerable.Repeat(TokenTree.Placeholder, 12), .. text, 65], new EmbeddedRows(rows));
    }
}
