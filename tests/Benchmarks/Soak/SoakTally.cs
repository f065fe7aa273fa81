namespace Slerp.Benchmarks.Soak;

/// <summary>How requests of a soak ended. Thread-safe.</summary>
internal sealed class SoakTally
{
    private const int MostTold = 10;

    private readonly Lock _gate = new();
    private readonly List<string> _told = [];
    private long _answered;
    private long _cancelled;
    private long _left;
    private long _failed;
    private long _tokens;

    /// <summary>Requests that ended.</summary>
    public long Requests => Answered + Cancelled + Left + Failed;

    /// <summary>Answered whole, and as asked for.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>Cancelled by their caller.</summary>
    public long Cancelled => Interlocked.Read(ref _cancelled);

    /// <summary>Left by their caller in the middle of the stream.</summary>
    public long Left => Interlocked.Read(ref _left);

    /// <summary>Failed though nobody cancelled them, or answered in another form than asked for.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Tokens of whole answers.</summary>
    public long Tokens => Interlocked.Read(ref _tokens);

    /// <summary>The first failures.</summary>
    public IReadOnlyList<string> Told
    {
        get
        {
            lock (_gate)
            {
                return [.. _told];
            }
        }
    }

    /// <summary>A whole answer.</summary>
    public void Answer(long tokens)
    {
        Interlocked.Increment(ref _answered);
        Interlocked.Add(ref _tokens, tokens);
    }

    /// <summary>The caller cancelled.</summary>
    public void Cancel() => Interlocked.Increment(ref _cancelled);

    /// <summary>The caller stopped reading.</summary>
    public void Leave() => Interlocked.Increment(ref _left);

    /// <summary>A failure.</summary>
    public void Fail(string why)
    {
        Interlocked.Increment(ref _failed);
        lock (_gate)
        {
            if (_told.Count < MostTold)
            {
                _told.Add(why);
            }
        }
    }
}
