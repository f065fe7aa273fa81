using System.Text.Json;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>Tool calls that begin with a control token, on a toy checkpoint that would never write one by itself.</summary>
public sealed class ToolCallMarkTests : IDisposable
{
    // A toy has few control tokens: one of them stands for [TOOL_CALLS] or the python tag.
    private const string Mark = "<|im_start|>";

    private static readonly ChatTool Tool = new("set", "", JsonElement.Parse("""{"type":"object","properties":{"on":{"type":"boolean"}},"required":["on"]}"""));

    private static readonly ToolCallSyntax List = new("", "{\"name\": \"", "\", \"arguments\": ", "}", ", ") { Begin = Mark + "[", End = "]" };

    private static readonly ToolCallSyntax Bare = new("{\"name\": \"", "", "\", \"parameters\": ", "}", "; ") { OptionalMark = Mark, OnlyAtStart = true };

    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public ToolCallMarkTests() => _path = new ToyCheckpoint { CanEnd = true }.Save(_folder);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 12)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task RequiredCall_BeginsWithTheToken_AndIsValid(int seed)
    {
        var text = await AnswerAsync(new OutputForm.ToolCalls([Tool], List, MaxCalls: 2, Otherwise: null), seed);
        Assert.StartsWith(Mark + "[{", text, StringComparison.Ordinal);
        using var calls = JsonDocument.Parse(text[Mark.Length..]);
        Assert.InRange(calls.RootElement.GetArrayLength(), 1, 2);
        Assert.All(calls.RootElement.EnumerateArray(), AssertIsCall);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task RequiredCall_OfADialectWithoutMark_IsTheWholeAnswer(int seed)
    {
        using var call = JsonDocument.Parse(await AnswerAsync(new OutputForm.ToolCalls([Tool], Bare, MaxCalls: 1, Otherwise: null), seed));
        AssertIsCall(call.RootElement, "parameters");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task FreeText_MayMentionWhatLooksLikeACall_ButTheTokenBeginsOne(int seed)
    {
        foreach (var syntax in (ToolCallSyntax[])[List, Bare])
        {
            var text = await AnswerAsync(new OutputForm.ToolCalls([Tool], syntax, MaxCalls: 1, OutputForm.FreeText.Instance), seed, maxTokens: 200);
            var mark = text.IndexOf(Mark, StringComparison.Ordinal);
            if (mark >= 0)
            {
                using var call = JsonDocument.Parse(text[(mark + Mark.Length)..]);
            }
        }
    }

    private static void AssertIsCall(JsonElement call) => AssertIsCall(call, "arguments");

    private static void AssertIsCall(JsonElement call, string arguments)
    {
        Assert.Equal("set", call.GetProperty("name").GetString());
        Assert.True(call.GetProperty(arguments).GetProperty("on").ValueKind is JsonValueKind.True or JsonValueKind.False);
    }

    private async Task<string> AnswerAsync(OutputForm form, int seed, int maxTokens = 120)
    {
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = _path, Threads = 1 });
        return (await engine.AnswerAsync(EngineRequests.Raw("call it", maxTokens, new SamplingMode.Stochastic(1, 0, 1, 0, seed)) with { Output = form })).Text;
    }
}
