using Slerp.Engine.Drafting;
using Slerp.Engine.Tests.Doubles;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Decoding;

/// <summary>A draft that is right beyond a stop text: the answer ends where it would without one, and nothing behind it is taken.</summary>
public sealed class StopInsideDraftTests : IDisposable
{
    private const int Answer = 120;
    private static readonly int[] Prompt = [97, 98, 99];

    // Of all bytes some: two letters come together now and then.
    private static readonly SamplingMode Varied = new SamplingMode.Stochastic(1, 0, 1, 0, Seed: 3);

    private readonly DecodingHarness _harness = new(static folder => new EngineOptions { ModelPath = new ToyCheckpoint { Sharpness = 2 }.Save(folder), Threads = 1 });

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void StopText_InsideAnAcceptedDraft_EndsTheAnswerThere()
    {
        var whole = _harness.Run(_harness.Create(Prompt, null, Varied, tokens: Answer))[0];
        var inside = 0;
        for (var index = 1; index + 1 < Answer; index++)
        {
            if (!IsLetter(whole[index]) || !IsLetter(whole[index + 1]))
            {
                continue;
            }

            var stop = $"{(char)whole[index]}{(char)whole[index + 1]}";
            var expected = _harness.Create(Prompt, null, Varied, tokens: Answer, stops: stop);
            _harness.Run(expected);
            using var drafter = new KnowingDrafter(whole);
            var drafted = _harness.Create(Prompt, drafter, Varied, tokens: Answer, stops: stop);
            _harness.Run(drafted);
            Assert.Equal(expected.Tokens.ToArray(), drafted.Tokens.ToArray());
            Assert.Equal(expected.Stop.VisibleBytes, drafted.Stop.VisibleBytes);
            Assert.Equal(0, drafted.Drafting.Ledger.Faults);
            inside += drafter.AcceptedAtTheEnd > 0 && drafter.LeftAtTheEnd > 0 ? 1 : 0;
        }

        Assert.True(inside > 3, $"{inside} stop texts lay inside a draft");
    }

    private static bool IsLetter(int token) => token is >= 33 and < 127;

    // Drafts what the model is going to say.
    private sealed class KnowingDrafter(int[] answer) : IDrafter
    {
        public string Name => "knowing";

        public int AcceptedAtTheEnd { get; private set; }

        public int LeftAtTheEnd { get; private set; }

        public DraftSession Open(IDraftContext context) => new Session(this, context);

        public void Propose(ReadOnlySpan<DraftTask> tasks, int plainRows)
        {
            foreach (var task in tasks)
            {
                var context = ((Session)task.Session).Context;
                var known = context.Tokens.Length - context.PromptTokens;
                var parent = 0;
                foreach (var token in answer.AsSpan(known, Math.Min(7, Math.Min(task.MaxNodes, answer.Length - known))))
                {
                    parent = task.Tree.Add(token, parent);
                }
            }
        }

        public void Dispose()
        {
        }

        private sealed class Session(KnowingDrafter drafter, IDraftContext context) : DraftSession
        {
            public IDraftContext Context => context;

            public override void Observe(in StepOutcome outcome)
            {
                drafter.AcceptedAtTheEnd = outcome.Path.Length - 1;
                // The token that ended it was drafted as well, and more after it.
                drafter.LeftAtTheEnd = outcome.Tree.Count - 1 - outcome.Path[^1] - 1;
            }
        }
    }
}
