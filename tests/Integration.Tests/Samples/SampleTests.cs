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

    [Theory]
    [InlineData("Tools", "models/mine")]
    [InlineData("StructuredOutput", "--help")]
    [InlineData("Rag", "--model")]
    [InlineData("Rag", "--modl", "models/mine")]
    public async Task WrongArguments_AreOneLineThatSaysTheRightOnes(string sample, params string[] arguments)
    {
        var (exitCode, output, errors) = await StartAsync(sample, arguments);
        Assert.Equal((2, ""), (exitCode, output));
        Assert.Matches(@"^error: expected [^\n]*--model DIR[^\n]*\n$", errors);
    }

    [Theory]
    [InlineData("name another one", "--compare", "--prompt", "Hello", "--decoding", "vanilla")]
    [InlineData("is no file", "--prompt", "Hello", "--context", "there/is/none.txt")]
    [InlineData("standard input is empty", "--compare")]
    public async Task Chat_WhatItCannotDo_IsRefusedAtOnce(string reason, params string[] arguments)
    {
        var (exitCode, output, errors) = await StartAsync("Chat", arguments);
        Assert.Equal((2, ""), (exitCode, output));
        Assert.Contains(reason, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_ComparesFromThePassage()
    {
        using var folder = new TemporaryFolder();
        var passage = Path.Combine(folder.FullPath, "passage.txt");
        await File.WriteAllTextAsync(passage, "Passage: The head office of Nordlicht Bank is in Lisbon.");
        var lines = await RunAsync("Chat", "--compare", "--context", passage, "--temperature", "0", "--prompt", "Question: Where does Nordlicht Bank have its head office?");
        Assert.Contains("Lisbon", lines[^1], StringComparison.Ordinal);
        Assert.Equal("The texts are equal:", lines[^2]);
    }

    // Built with the tests, into the sibling of their own folder.
    private static async Task<string[]> RunAsync(string sample, params string[] arguments)
    {
        var (exitCode, output, errors) = await StartAsync(sample, arguments);
        Assert.True(exitCode == 0, $"{sample} ended with {exitCode}: {errors}");
        return output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> StartAsync(string sample, string[] arguments)
    {
        var own = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.Combine(own.Parent!.Parent!.FullName, sample, own.Name, sample + ".dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output, await errors);
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
