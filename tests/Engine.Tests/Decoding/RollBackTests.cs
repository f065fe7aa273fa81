using Slerp.Engine.Cache;
using Slerp.Engine.Decoding;
using Slerp.Engine.Drafting;
using Slerp.Engine.Steps;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Decoding;

/// <summary>The way back from a merged answer: what follows is what plain decoding makes of the prompt and the answer so far.</summary>
public sealed class RollBackTests : IDisposable
{
    private const int Tokens = 30;

    private static readonly int[] Prompt = [.. Enumerable.Range(0, 90).Select(static index => 32 + (index * index * 7 % 90))];

    private readonly TemporaryFolder _folder = new();
    private readonly LoadedModel _model;

    public RollBackTests() => _model = LoadedModel.Load(
        new EngineOptions { ModelPath = new ToyCheckpoint { Layers = 4 }.Save(_folder), Threads = 1 }, null, TimeProvider.System, CancellationToken.None);

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(11)]
    public void RolledBack_AfterSomeTokens_GoesOnUnmerged(int after)
    {
        var free = _model.Cache.FreePages;
        var step = new DecodeStep(_model.Decoder, _model.Cache, _model.Workspace, new StepPrices(CostCurve.Linear));
        foreach (var plan in (MergePlan[])
        [
            new PromptMergePlan(0, MergePositions.Compressed, MergePairing.Blind.Instance, MergeVariant.PerRow, [new RowSpan(3, 80)]),
            new IncrementalMergePlan(1, MergePositions.Compressed, 2, 9, 3),
        ])
        {
            var sequence = Start(Prompt, Tokens, plan);
            Run(step, sequence, Prompt.Length + after);
            var merged = sequence.Stats.Merging;
            Assert.Equal(after > 0, merged.MergedTokens > 0);
            var known = sequence.Tokens.ToArray();
            _model.Cache.Release(sequence.Leave());
            Assert.Equal(free, _model.Cache.FreePages);
            sequence.RollBack(after);
            Assert.Equal(known, sequence.Tokens.ToArray());
            sequence.Enter(_model.Cache.TryOpen(), default);
            Run(step, sequence, Prompt.Length + Tokens);
            Assert.Equal(merged with { KvBytesSaved = 0 }, sequence.Stats.Merging);

            var plain = Start(known, Prompt.Length + Tokens - known.Length, null);
            Run(step, plain, Prompt.Length + Tokens);
            Assert.Equal(plain.Tokens.ToArray(), sequence.Tokens.ToArray());
            _model.Cache.Release(sequence.Slot);
            _model.Cache.Release(plain.Slot);
            Assert.Equal(free, _model.Cache.FreePages);
        }
    }

    private static void Run(DecodeStep step, Sequence sequence, int count)
    {
        while (sequence.Count < count)
        {
            DecodeStep.Begin(sequence, Math.Min(37, sequence.PendingTokens));
            Assert.True(step.TryReserve(sequence));
            step.Run([sequence]);
        }
    }

    private Sequence Start(int[] prompt, int tokens, MergePlan? plan)
    {
        var stop = new StopRules(_model.Tokenizer, _model.EndTokens, tokens, []);
        var sequence = new Sequence(prompt, SamplingMode.Greedy.Instance, Penalties.None, tokens, stop, new SequenceClock(TimeProvider.System), drafter: null, constraint: null);
        if (plan is not null)
        {
            sequence.Merge(plan, bytesPerMergedToken: 1);
        }

        sequence.Enter(_model.Cache.TryOpen(), new PrefixMatch(0, 0, null));
        return sequence;
    }
}
