using Slerp.Engine;

namespace Slerp.Connector.Tests.Doubles;

/// <summary>Hands over a script of segments; one that is null waits until the caller cancels or the engine is disposed.</summary>
internal sealed class FakeGeneration(IReadOnlyList<Segment?> script) : Generation
{
    private IReadOnlyList<Segment?> _script = script;
    private int _next;
    private int _accepted;

    public bool IsDisposed { get; private set; }

    public Exception? Failure { get; init; }

    /// <summary>Called for each segment, in the context it is asked for; may be null.</summary>
    public Action? Stepping { get; init; }

    /// <summary>Cancelled when the engine is disposed.</summary>
    public CancellationToken Stopped { get; init; }

    public DraftStats Drafts { get; init; } = DraftStats.None;

    public int Taken => _next;

    public int Rejections { get; private set; }

    /// <summary>How each segment was asked for.</summary>
    public List<GenerationMode> Modes { get; } = [];

    /// <summary>What follows a rejection.</summary>
    public IReadOnlyList<Segment?> VanillaScript { get; init; } = [];

    /// <summary>Waited for before each segment; null goes on at once.</summary>
    public SemaphoreSlim? Hold { get; init; }

    public override GenerationStats Stats => new()
    {
        PromptTokens = 7,
        CachedPromptTokens = 3,
        OutputTokens = _script.Take(_accepted).Sum(segment => segment?.Tokens ?? 0),
        Steps = _accepted,
        DecodedTokens = _accepted,
        QueueTime = TimeSpan.FromMilliseconds(1),
        PrefillTime = TimeSpan.FromMilliseconds(20),
        FirstTokens = Math.Min(1, _accepted),
        DecodeTime = TimeSpan.FromMilliseconds(500),
        Drafts = Drafts,
    };

    public override bool BeginsInReasoning => OpensReasoning;

    public bool OpensReasoning { get; init; }

    public bool MergesNothing { get; init; }

    public override bool Merges => !MergesNothing;

    public override async ValueTask<Segment> NextAsync(GenerationMode mode, CancellationToken cancellationToken)
    {
        await Task.Yield();
        Stepping?.Invoke();
        Modes.Add(mode);
        if (Hold is not null)
        {
            await Hold.WaitAsync(cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (_next == _script.Count)
        {
            throw Failure ?? new InvalidOperationException("The script is over: its last segment carries no finish.");
        }

        if (_script[_next] is { } segment)
        {
            _next++;
            return segment;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Stopped);
        await Task.Delay(Timeout.Infinite, ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        throw new ObjectDisposedException("engine");
    }

    public override void Accept() => _accepted = _next;

    public override ValueTask RejectAsync(CancellationToken cancellationToken)
    {
        Rejections++;
        _script = [.. _script.Take(_accepted), .. VanillaScript];
        _next = _accepted;
        return default;
    }

    /// <summary>What comparing with the unmerged model finds.</summary>
    public Func<ValueTask<AnswerAgreement?>>? Comparison { get; init; }

    public int Comparisons { get; private set; }

    public override ValueTask<AnswerAgreement?> CompareUnmergedAsync(CancellationToken cancellationToken)
    {
        Comparisons++;
        return Comparison?.Invoke() ?? default;
    }

    public override ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return default;
    }
}
