using Slerp.Engine.Decoding;
using Slerp.Engine.Steps;
using Slerp.Engine.Tests.Doubles;

namespace Slerp.Engine.Tests.Scheduling;

public sealed class EngineLoopTests
{
    [Fact]
    public async Task DrafterThatThrowsWhenItsSessionReports_CostsNoAnswer()
    {
        await using var harness = new LoopHarness();
        var expected = await harness.AnswerAsync(harness.Create("hello", 20));
        using var drafter = new ScriptedDrafter { OnReport = _ => throw new InvalidOperationException("The drill's fault.") };
        var sequence = harness.Create("hello", 20, drafter);
        Assert.Equal(expected, await harness.AnswerAsync(sequence));
        Assert.Equal(1, sequence.Stats.Drafts.Faults);
    }

    [Fact]
    public async Task DrafterThatThrowsOnEveryOccasion_CostsNoAnswerAndNotTheEngine()
    {
        await using var harness = new LoopHarness();
        var expected = await harness.AnswerAsync(harness.Create("hello", 20));
        static void Fault() => throw new InvalidOperationException("The drill's fault.");
        using var drafter = new ScriptedDrafter { OnReport = _ => Fault(), OnClose = Fault, OnPropose = Fault };
        Assert.Equal(expected, await harness.AnswerAsync(harness.Create("hello", 20, drafter)));
        Assert.Equal(expected, await harness.AnswerAsync(harness.Create("hello", 20)));
    }

    [Fact]
    public async Task SequenceWhoseOwnPartFails_EndsAloneWithATypedErrorAndItsFigures()
    {
        await using var harness = new LoopHarness();
        var expected = await harness.AnswerAsync(harness.Create("hello", 40));
        using var drafter = new ScriptedDrafter();
        var victim = harness.Create("victim", 40, drafter, new FaultyTokenizer(harness.Tokenizer, goodTokens: 10));
        var others = Enumerable.Range(0, 3).Select(_ => harness.AnswerAsync(harness.Create("hello", 40))).ToList();
        var failure = await Assert.ThrowsAsync<StepException>(() => harness.AnswerAsync(victim));
        Assert.IsType<InvalidOperationException>(failure.InnerException);
        Assert.All(await Task.WhenAll(others), text => Assert.Equal(expected, text));
        Assert.True(victim.Stats.Drafts.Proposed > 0);
        Assert.Equal(victim.Stats.Drafts.Proposed, victim.Stats.Drafts.Sources["scripted"].Proposed);
    }

    [Fact]
    public async Task PreemptedSequence_KeepsTheFiguresOfItsEarlierDrafts()
    {
        // Two pages a layer: one sequence of 65 rows at a time, so that two send each other back.
        var page = 64L * 2 * 2 * 8 * 4;
        await using var harness = new LoopHarness(page * 2 * 3, isStarted: false);
        using var drafter = new ScriptedDrafter();
        var sequences = Enumerable.Range(0, 3).Select(_ => harness.Create(new string('x', 30), 120, drafter)).ToList();
        var answers = sequences.Select(harness.AnswerAsync).ToList();
        harness.Start();
        await Task.WhenAll(answers);
        Assert.True(drafter.Opened > sequences.Count, "nobody was sent back");
        foreach (var sequence in sequences)
        {
            var drafts = sequence.Stats.Drafts;
            Assert.Equal(drafts.Proposed, drafts.Sources["scripted"].Proposed);
            Assert.Equal(drafts.Accepted, drafts.Sources["scripted"].Accepted);
        }
    }

    [Fact]
    public async Task Stats_WhileTheAnswerIsBeingClosed_AreNotTheFinalOnes()
    {
        await using var harness = new LoopHarness();
        Sequence? sequence = null;
        GenerationStats? seen = null;
        // What another thread may read at this moment must not touch what the engine thread is writing.
        using var drafter = new ScriptedDrafter { OnReport = _ => seen = sequence!.Stats };
        sequence = harness.Create("hello", 20, drafter);
        await harness.AnswerAsync(sequence);
        Assert.Same(DraftStats.None, seen!.Drafts);
        Assert.NotSame(DraftStats.None, sequence.Stats.Drafts);
    }

    [Fact]
    public async Task FaultThatNobodyForesaw_EndsTheRequestsInFlightWithATypedErrorAndNotTheEngine()
    {
        await using var harness = new LoopHarness(maxRunning: 4, isStarted: false);
        var sequences = Enumerable.Range(0, 3).Select(_ => harness.Create("hello", 200)).ToList();
        sequences[1].Merge(new UnknownPlan(), 0);
        var answers = sequences.Select(harness.AnswerAsync).ToList();
        harness.Start();
        foreach (var answer in answers)
        {
            Assert.NotNull((await Assert.ThrowsAsync<StepException>(() => answer)).InnerException);
        }

        Assert.True(harness.IsIdle);
        Assert.Equal(harness.CachePages.Total, harness.CachePages.Free);
        Assert.NotEmpty(await harness.AnswerAsync(harness.Create("hello", 20)));
    }

    // Of a kind that no code knows: what runs by it throws.
    private sealed record UnknownPlan() : MergePlan(0, MergePositions.Mean);
}
