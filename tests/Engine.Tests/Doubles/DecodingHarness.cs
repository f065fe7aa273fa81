using Slerp.Engine.Decoding;
using Slerp.Engine.Drafting;
using Slerp.Engine.Steps;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Doubles;

/// <summary>A loaded toy model and the decode step, run by hand on the caller's thread: nothing depends on when anything happens.</summary>
internal sealed class DecodingHarness : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DecodeStep _step;

    public DecodingHarness(Func<TemporaryFolder, EngineOptions>? options = null)
    {
        Model = LoadedModel.Load(
            options?.Invoke(_folder) ?? new EngineOptions { ModelPath = new ToyCheckpoint { Sharpness = 8 }.Save(_folder), Threads = 1 }, null, TimeProvider.System, CancellationToken.None);
        _step = new DecodeStep(Model.Decoder, Model.Cache, Model.Workspace, new StepPrices(CostCurve.Linear));
    }

    /// <summary>What is loaded.</summary>
    public LoadedModel Model { get; }

    /// <summary>A request, not yet run.</summary>
    public Sequence Create(
        ReadOnlySpan<int> prompt, IDrafter? drafter, SamplingMode? sampling = null, int tokens = 60, string tenant = "", EmbeddedRows? embedded = null, bool hasPenalties = false,
        params string[] stops) => new(
            prompt,
            sampling ?? SamplingMode.Greedy.Instance,
            hasPenalties ? new Penalties(0.4f, 0.2f, 1.1f) : Penalties.None,
            tokens,
            new StopRules(Model.Tokenizer, Model.EndTokens, tokens, stops),
            new SequenceClock(TimeProvider.System),
            drafter,
            constraint: null,
            tenant)
        { Embedded = embedded };

    /// <summary>Runs requests as one batch to their ends and returns the ids of their answers.</summary>
    public int[][] Run(params Sequence[] sequences)
    {
        foreach (var sequence in sequences)
        {
            sequence.Enter(Model.Cache.TryOpen(), default);
        }

        while (sequences.Where(static sequence => !sequence.IsDone).ToArray() is { Length: > 0 } running)
        {
            foreach (var sequence in running)
            {
                DecodeStep.Begin(sequence, Math.Min(sequence.PendingTokens, 7));
            }

            _step.Propose(running);
            foreach (var sequence in running)
            {
                Assert.True(Model.Cache.TryReserve(sequence.Slot, sequence.Tree.Count));
            }

            _step.Run(running);
        }

        foreach (var sequence in sequences)
        {
            Model.Cache.Release(sequence.Slot);
        }

        return [.. sequences.Select(static sequence => sequence.Tokens[sequence.PromptTokens..].ToArray())];
    }

    public void Dispose()
    {
        Model.Dispose();
        _folder.Dispose();
    }
}
