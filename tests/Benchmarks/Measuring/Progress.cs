namespace Slerp.Benchmarks.Measuring;

/// <summary>Lines for people, on standard error.</summary>
internal static class Progress
{
    /// <summary>Says something.</summary>
    public static void Say(string text) => Console.Error.WriteLine(text);
}
