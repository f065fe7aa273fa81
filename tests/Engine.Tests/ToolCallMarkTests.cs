using System.Text.Json;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>Tool calls that begin with a control token, on a toy checkpoint that would never write one by itself.</summary>
public sealed class ToolCallMarkTests : IDisposable
{
    // A toy has few control tokens: one of them stands for [TOOL_CALLS] or the python tag.
    private const string Mark = "<|im_start|>";

    private const int MarkToken = 256;

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

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task TextWithoutCalls_HasNoMark_AndIsTheFreeTextWhereThatHasNone(int seed)
    {
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = _path, Threads = 1 });
        foreach (var sampling in new SamplingMode[] { SamplingMode.Greedy.Instance, new SamplingMode.Stochastic(1.5f, 0, 0.95f, 0, seed) })
        {
            var request = EngineRequests.Raw("call it", maxTokens: 60, sampling, drafter: "vanilla");
            var free = await engine.AnswerAsync(request);
            var mark = free.Text.Length > 3 && !free.Text[1..3].Contains('\uFFFD') ? free.Text[1..3] : "no such mark";
            var without = request with { Output = new OutputForm.TextWithoutCalls(new ToolCallSyntax(mark, "", "", "", "")) };
            var answer = await engine.AnswerAsync(without);
            Assert.DoesNotContain(mark, answer.Text, StringComparison.Ordinal);
            Assert.Equal(answer.Identity, (await engine.AnswerAsync(without with { Drafter = "auto" })).Identity);
            var other = request with { Output = new OutputForm.TextWithoutCalls(new ToolCallSyntax("no such mark", "", "", "", "")) };
            Assert.Equal(free.Identity, (await engine.AnswerAsync(other)).Identity);
            Assert.Equal(mark == "no such mark", free.Identity == answer.Identity);
        }
    }

    [Fact]
    public async Task TextWithoutCalls_HasNoControlTokenThatWouldBeginOne()
    {
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = _path, Threads = 1 });
        var marked = 0;
        for (var seed = 0; seed < 12; seed++)
        {
            var request = EngineRequests.Raw("call it", maxTokens: 200, new SamplingMode.Stochastic(2, 0, 1, 0, seed));
            var free = await engine.AnswerAsync(request);
            var isMarked = free.Ids.Contains(MarkToken);
            marked += isMarked ? 1 : 0;
            foreach (var syntax in (ToolCallSyntax[])[List, Bare])
            {
                var answer = await engine.AnswerAsync(request with { Output = new OutputForm.TextWithoutCalls(syntax) });
                Assert.DoesNotContain(MarkToken, answer.Ids);
                Assert.Equal(isMarked, answer.Identity != free.Identity);
            }
        }

        Assert.True(marked > 0, "some free answers have the mark");
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
