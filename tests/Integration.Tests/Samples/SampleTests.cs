using System.Diagnostics;
using Slerp.Tests.Shared;

namespace Slerp.Integration.Tests.Samples;

/// <summary>The samples, run as their reader runs them: what they print is what their pages promise.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task Tools_SaysWhatTheToolReturned() => Assert.Equal(
        ["call:   get_weather(city: Lisbon)", "result: 21 degrees and sunny", "answer: The result is 21 degrees and sunny."], await RunAsync("Tools"));

    [Fact]
    public async Task StructuredOutput_HoldsTheValuesOfThePassage() =>
        Assert.Equal(["""{"manufacturer":"Nordlicht Media","colour":"green","price":"250 euros"}"""], await RunAsync("StructuredOutput"));

    [Fact]
    public async Task Rag_AnswersFromTheRightDocument()
    {
        var lines = await RunAsync("Rag");
        Assert.Equal("6 chunks in MemoryStore", lines[0]);
        Assert.Equal(["Lisbon [offices.txt]", "14:30 [meetings.txt]", "40 hours [products.txt]"], [lines[2], lines[4], lines[6]]);
    }

    [Fact]
    public async Task Rag_AnswersTheQuestionAsked_WithTheModelNamed()
    {
        var lines = await RunAsync("Rag", "--model", Path.Combine(RepositoryRoot.Path, "models", "embedded"), "When does the budget workshop start?");
        Assert.Equal(3, lines.Length);
        Assert.EndsWith("[meetings.txt]", lines[2], StringComparison.Ordinal);
    }

    // Built with the tests, into the sibling of their own folder.
    private static async Task<string[]> RunAsync(string sample, params string[] arguments)
    {
        var own = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.Combine(own.Parent!.Parent!.FullName, sample, own.Name, sample + ".dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        using var process = Process.Start(start)!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"{sample} ended with {process.ExitCode}: {await errors}");
            return output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
