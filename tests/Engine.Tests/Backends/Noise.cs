namespace Slerp.Engine.Tests.Backends;

/// <summary>Reproducible test values.</summary>
internal static class Noise
{
    /// <summary>Values in [-1, 1).</summary>
    public static float[] Of(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }
}
