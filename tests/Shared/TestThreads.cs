namespace Slerp.Tests.Shared;

/// <summary>Thread counts of engines under test.</summary>
internal static class TestThreads
{
    /// <summary>Two, so that threads share the work; one where the machine has no second processor, for an engine refuses more than there are.</summary>
    public static int Two { get; } = Math.Min(2, Environment.ProcessorCount);
}
