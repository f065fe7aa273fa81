using System.Collections;
using System.Collections.Concurrent;
using System.Text.Json;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>A caller's thread renders and encodes no prompt: it may be the one that draws a window.</summary>
public sealed class CallersThreadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Prompt_IsReadOnAnotherThread()
    {
        var clock = new NotingClock();
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = new ToyCheckpoint().Save(_folder), Threads = 1 }, time: clock);
        clock.Threads.Clear();
        ValueTask<Generation> asked = default;
        var caller = new Thread(() => asked = engine.GenerateAsync(EngineRequests.Raw("Hello", maxTokens: 2)));
        caller.Start();
        Assert.True(caller.Join(TestTimeouts.Limit));
        await using (await asked)
        {
            // The sequence asks for the time when it is made, which is after its prompt was encoded.
            Assert.NotEmpty(clock.Threads);
            Assert.DoesNotContain(caller.ManagedThreadId, clock.Threads);
        }
    }

    [Fact]
    public async Task WhoCancels_DoesNotWaitForThePrompt_AndNothingIsBegun()
    {
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = new ToyCheckpoint().Save(_folder), Threads = 1 });
        using var cancellation = new CancellationTokenSource();
        using var turns = new SlowTurns();
        var asked = engine.GenerateAsync(
            EngineRequests.Raw("", maxTokens: 2) with { Prompt = new Prompt.Conversation(turns, [], new Dictionary<string, JsonElement>()) }, cancellation.Token).AsTask();
        await turns.Begun.WaitAsync(TestTimeouts.Limit);
        await cancellation.CancelAsync();
        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked.WaitAsync(TestTimeouts.Limit));
        Assert.Equal(cancellation.Token, failure.CancellationToken);
        turns.GoOn();
        Assert.Equal(0, engine.Status.QueuedRequests);
        Assert.NotEmpty((await engine.AnswerAsync(EngineRequests.Raw("Hello", maxTokens: 2))).Text);
        await TestTimeouts.EventuallyAsync(() => engine.CachePages.Free == engine.CachePages.Total, "all pages are free");
    }

    /// <summary>A conversation that takes long to read.</summary>
    private sealed class SlowTurns : IReadOnlyList<ChatTurn>, IDisposable
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _goesOn = new();

        public Task Begun => _begun.Task;

        public int Count => Wait(1);

        public ChatTurn this[int index] => Wait(ChatTurn.FromText(ChatTurnRole.User, "Hello"));

        public void GoOn() => _goesOn.Set();

        public IEnumerator<ChatTurn> GetEnumerator() => Enumerable.Repeat(this[0], 1).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public void Dispose() => _goesOn.Dispose();

        private T Wait<T>(T value)
        {
            _begun.TrySetResult();
            Assert.True(_goesOn.Wait(TestTimeouts.Limit));
            return value;
        }
    }

    private sealed class NotingClock : TimeProvider
    {
        public ConcurrentBag<int> Threads { get; } = [];

        public override long GetTimestamp()
        {
            Threads.Add(Environment.CurrentManagedThreadId);
            return base.GetTimestamp();
        }
    }
}
