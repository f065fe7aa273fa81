namespace Slerp.Engine.Steps;

/// <summary>Random numbers as a pure function of (seed, absolute position, purpose).</summary>
/// <remarks>
/// <para>Batch order, speculation and rewinding cannot change a draw: there is no stream to advance.</para>
/// <para>Formula: three rounds of the SplitMix64 finaliser (Steele, Lea, Flood 2014) over the keys; the top 53 bits as a fraction.</para>
/// </remarks>
internal static class Draw
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>A number in [0, 1), uniform over the 2^53 multiples of 2^-53.</summary>
    public static double Uniform(long seed, int position, DrawPurpose purpose)
    {
        var state = Mix(unchecked((ulong)seed + Golden));
        state = Mix(state ^ unchecked(((ulong)(uint)position * Golden) + (ulong)purpose));
        state = Mix(unchecked(state + Golden));
        return (state >> 11) * (1.0 / (1UL << 53));
    }

    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
