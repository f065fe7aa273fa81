using System.Diagnostics;
using Slerp.Engine;
using Slerp.Engine.Templates;
using Slerp.Tests.Shared;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Templates;

/// <summary>Templates made to exhaust, escape or crash: each ends in text or a typed failure, soon and in bounded memory, on a small stack.</summary>
public sealed class MalformedTemplateTests(ITestOutputHelper output)
{
    private const long MaximumBytes = 256L << 20;

    [SharedDataFact]
    public void HostileTemplates_ParseAndRender_EndInTextOrTypedFailure()
    {
        var input = new ChatTemplateInput { Turns = [ChatTurn.FromText(ChatTurnRole.User, "hello")] };
        RunOnSmallStack(() => Attempt("{{ messages[0].content }}", input, out _));
        var count = 0;
        foreach (var item in TemplateRun.Read("malformed", "chat_template_cases.json").EnumerateArray())
        {
            count++;
            var began = Stopwatch.GetTimestamp();
            var (result, bytes) = RunOnSmallStack(() =>
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var answer = Attempt(item.Text("template"), input, out var text) ?? $"text of {text!.Length} characters";
                return (answer, GC.GetAllocatedBytesForCurrentThread() - before);
            });
            var elapsed = Stopwatch.GetElapsedTime(began);
            output.WriteLine($"{item.Text("name")}: {elapsed.TotalMilliseconds:F0} ms, {bytes >> 10} KiB: {(result.Length > 120 ? result[..120] : result)}");
            Assert.True(bytes < MaximumBytes, $"{item.Text("name")} allocated {bytes:N0} bytes");
            Assert.True(elapsed < TestTimeouts.Short, $"{item.Text("name")} took {elapsed}");
            AssertExpectation(item.Text("expected"), result);
        }

        output.WriteLine($"{count} cases");
        Assert.Equal(20, count);
    }

    private static void AssertExpectation(string expected, string result)
    {
        if (expected.StartsWith("error within", StringComparison.Ordinal) || expected.StartsWith("depth error", StringComparison.Ordinal)
            || expected is "error" or "parse error" or "typed template error with the message")
        {
            Assert.StartsWith("Chat template", result, StringComparison.Ordinal);
        }
    }

    /// <summary>The failure's message, or null and the text.</summary>
    private static string? Attempt(string template, ChatTemplateInput input, out string? text)
    {
        try
        {
            text = ChatTemplate.Parse(template).Render(input).Text;
            return null;
        }
        catch (ChatTemplateException failure)
        {
            text = null;
            return failure.Message;
        }
    }

    private static T RunOnSmallStack<T>(Func<T> action)
    {
        var result = default(T);
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = action();
                }
                catch (Exception caught)
                {
                    failure = caught;
                }
            },
            maxStackSize: 1 << 20);
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw new InvalidOperationException("The template escaped its limits.", failure);
    }
}
