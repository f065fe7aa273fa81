namespace Slerp.Tests.Shared;

/// <summary>A prompt and what reference code made of it.</summary>
/// <param name="Ids">The prompt.</param>
/// <param name="Continuation">Its greedy continuation.</param>
/// <param name="Logits">The logits of the first positions, a row each.</param>
internal sealed record GoldenCase(int[] Ids, int[] Continuation, float[][] Logits)
{
    /// <summary>The tokens of the positions that have logits.</summary>
    public int[] Text => [.. Ids.Concat(Continuation).Take(Logits.Length)];

    /// <summary>The largest difference between the reference's logits and those of as many positions.</summary>
    public float LargestDifference(float[][] logits)
    {
        Assert.Equal(Logits.Length, logits.Length);
        return Logits.Zip(logits, static (expected, actual) => expected.Zip(actual, static (a, b) => Math.Abs(a - b)).Max()).Max();
    }
}
