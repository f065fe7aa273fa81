namespace Slerp.Engine;

/// <summary>When a load that failed may be tried again: a checkpoint that cannot be loaded must not be read for every request there is.</summary>
/// <remarks>
/// <para>Formula: pause = max(min(2^(n-1) s, 60 s), 4 · the time the load took), n the failures so far.</para>
/// <para>Faults that pass and faults that stay are treated alike: files can be mended while the process lives, memory can become free. A pause begins
/// before the failed load is seen by anyone; one load runs at a time. Not thread-safe.</para>
/// </remarks>
/// <param name="time">The clock.</param>
internal sealed class LoadPauses(TimeProvider time)
{
    // Heuristics: whoever mends a file and asks again finds it tried again; under traffic, at most a fifth of the time goes into loads in vain.
    private const int MostDoublings = 6;
    private const int Share = 4;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private int _failures;
    private long _begin;
    private TimeSpan _pause;

    /// <summary>What is left of the pause.</summary>
    public TimeSpan Remaining
    {
        get
        {
            var left = _pause - time.GetElapsedTime(_begin);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>A load failed: the pause begins.</summary>
    /// <param name="took">How long it took.</param>
    public void Begin(TimeSpan took)
    {
        var doubled = TimeSpan.FromSeconds(1 << Math.Min(_failures++, MostDoublings));
        _begin = time.GetTimestamp();
        _pause = TimeSpan.FromTicks(Math.Max(Math.Min(doubled.Ticks, Longest.Ticks), took.Ticks * Share));
    }
}
