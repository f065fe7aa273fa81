using Slerp.Engine;

namespace Slerp.Connector.Tests.Doubles;

/// <summary>Hands over a script of segments; one that is null waits until the caller cancels.</summary>
internal sealed class FakeGeneration(IReadOnlyList<Segment?> script) : Generation
{
    private int _next;
    private int _accepted;

    public bool IsDisposed { get; private set; }

    public Exception? Failure { get; init; }

    public DraftStats Drafts { get; init; } = DraftStats.None;

    public int Taken => _next;

    public int Rejections { get; private set; }

    public override GenerationStats Stats => new()
    {
        PromptTokens = 7,
        CachedPromptTokens = 3,
        OutputTokens = script.Take(_accepted).Sum(segment => segment?.Tokens ?? 0),
        Steps = _accepted,
        QueueTime = TimeSpan.FromMilliseconds(1),
        PrefillTime = TimeSpan.FromMilliseconds(20),
        DecodeTime = TimeSpan.FromMilliseconds(500),
        Drafts = Drafts,
    };

    public override async ValueTask<Segment> NextAsync(GenerationMode mode, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        if (_next == script.Count)
        {
            throw Failure ?? new InvalidOperationException("The script is over: its last segment carries no finish.");
        }

        if (script[_next] is { } segment)
        {
            _next++;
            return segment;
        }

        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new InvalidOperationException("Never reached.");
    }

    public override void Accept() => _accepted = _next;

    public override ValueTask RejectAsync(CancellationToken cancellationToken)
    {
        Rejections++;
        _next = _accepted;
        return default;
    }

    public override ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return default;
    }
}
