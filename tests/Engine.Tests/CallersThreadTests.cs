using System.Collections.Concurrent;
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
