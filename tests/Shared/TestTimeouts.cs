namespace Slerp.Tests.Shared;

/// <summary>How long a test waits for what must happen before it fails.</summary>
internal static class TestTimeouts
{
    /// <summary>For work that takes no time worth speaking of.</summary>
    public static TimeSpan Short { get; } = TimeSpan.FromSeconds(30);
}
