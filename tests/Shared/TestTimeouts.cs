namespace Slerp.Tests.Shared;

/// <summary>How long a test waits for what must happen: long enough for a busy machine, short enough to tell a hang.</summary>
internal static class TestTimeouts
{
    /// <summary>The limit.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60);

    /// <summary>For work that takes no time worth speaking of.</summary>
    public static TimeSpan Short { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Waits until a condition holds.</summary>
    public static async Task EventuallyAsync(Func<bool> condition, string what)
    {
        using var timeout = new CancellationTokenSource(Limit);
        while (!condition())
        {
            Assert.False(timeout.IsCancellationRequested, $"Not within {Limit}: {what}.");
            await Task.Yield();
        }
    }
}
