namespace Slerp.Engine.Decoding;

/// <summary>When an answer was queued, started, spoke first and ended; written by the engine thread, read by anyone.</summary>
internal sealed class SequenceClock(TimeProvider time)
{
    private readonly long _queued = time.GetTimestamp();
    private long _started;
    private long _firstToken;
    private long _lastToken;

    /// <summary>From submission to the first step.</summary>
    public TimeSpan QueueTime => Between(_queued, Volatile.Read(ref _started));

    /// <summary>From the first step to the first token.</summary>
    public TimeSpan PrefillTime => Between(Volatile.Read(ref _started), Volatile.Read(ref _firstToken));

    /// <summary>From the first token to the last.</summary>
    public TimeSpan DecodeTime => Between(Volatile.Read(ref _firstToken), Volatile.Read(ref _lastToken));

    /// <summary>Notes the first step; later calls do nothing.</summary>
    public void Start()
    {
        if (_started == 0)
        {
            Volatile.Write(ref _started, time.GetTimestamp());
        }
    }

    /// <summary>Notes the end of a step that gave tokens.</summary>
    public void Token()
    {
        var now = time.GetTimestamp();
        if (_firstToken == 0)
        {
            Volatile.Write(ref _firstToken, now);
        }

        Volatile.Write(ref _lastToken, now);
    }

    private TimeSpan Between(long start, long end) => start == 0 || end == 0 ? TimeSpan.Zero : time.GetElapsedTime(start, end);
}
