namespace Slerp.Engine.Decoding;

/// <summary>When an answer was queued, started, spoke first and ended; written by the engine thread, read by anyone.</summary>
internal sealed class SequenceClock(TimeProvider time)
{
    private readonly long _queued = time.GetTimestamp();
    private long _started;
    private long _firstToken;
    private long _lastToken;
    private int _firstTokens;

    /// <summary>From submission to the first step.</summary>
    public TimeSpan QueueTime => Between(_queued, Volatile.Read(ref _started));

    /// <summary>From the first step to the first token.</summary>
    public TimeSpan PrefillTime => Between(Volatile.Read(ref _started), Volatile.Read(ref _firstToken));

    /// <summary>From the first token to the last.</summary>
    public TimeSpan DecodeTime => Between(Volatile.Read(ref _firstToken), Volatile.Read(ref _lastToken));

    /// <summary>Tokens that came at once with the first: one, or more where that step carried a draft.</summary>
    public int FirstTokens => Volatile.Read(ref _firstTokens);

    /// <summary>Notes the first step; later calls do nothing.</summary>
    public void Start()
    {
        if (_started == 0)
        {
            Volatile.Write(ref _started, time.GetTimestamp());
        }
    }

    /// <summary>Notes the end of a step that spoke.</summary>
    /// <param name="tokens">Tokens of the answer that it gave: none where all it said is that the answer is over, which is no token's time but the first's.</param>
    public void Token(int tokens)
    {
        if (_firstToken != 0 && tokens == 0)
        {
            return;
        }

        var now = time.GetTimestamp();
        if (_firstToken == 0)
        {
            Volatile.Write(ref _firstTokens, tokens);
            Volatile.Write(ref _firstToken, now);
        }

        Volatile.Write(ref _lastToken, now);
    }

    /// <summary>Notes that tokens were taken back: where none is left, the first is still to come.</summary>
    /// <param name="tokens">Tokens that are left.</param>
    public void TakeBack(int tokens)
    {
        if (tokens == 0)
        {
            Volatile.Write(ref _firstToken, 0);
            Volatile.Write(ref _lastToken, 0);
        }

        Volatile.Write(ref _firstTokens, Math.Min(tokens, _firstTokens));
    }

    private TimeSpan Between(long start, long end) => start == 0 || end == 0 ? TimeSpan.Zero : time.GetElapsedTime(start, end);
}
