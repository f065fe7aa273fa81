using System.Text.Json;
using Microsoft.Extensions.AI;
using Slerp.Connector.Translation;

namespace Slerp.Connector.Tests.Translation;

/// <summary>Rules of reading an answer: however it is cut into pieces, the same contents come out.</summary>
public sealed class AnswerParserTests
{
    // As much white space as belongs to a mark beside it.
    private const string Spaces = "  \n \t           ";
    private const string Call = "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": 1}}\n</tool_call>";

    public static TheoryData<string, string> Answers => new()
    {
        { "plain text", "T:plain text" },
        { "a < b and <tool is not a mark", "T:a < b and <tool is not a mark" },
        { "ends in <tool_", "T:ends in <tool_" },
        { Call, "C:f {\"x\":1}" },
        { "First.\n" + Call, "T:First.|C:f {\"x\":1}" },
        { Call + "\n" + Call + "\n", "C:f {\"x\":1}|C:f {\"x\":1}" },
        { Call + "\n\nDone.", "C:f {\"x\":1}|T:Done." },
        { "<tool_call>{\"name\":\"f\"}</tool_call>", "C:f {}" },
        { "<tool_call>{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":2}\"}</tool_call>", "C:f {\"x\":2}" },
        { "<tool_call>{\"name\":\"f\",\"parameters\":{}}</tool_call>", "C:f {}" },
        { "<tool_call>{\"name\":\"f\",\"arguments\":{\"s\":\"</tool_call>\"}}</tool_call>!", "C:f {\"s\":\"</tool_call>\"}|T:!" },
        { "<tool_call>{\"name\":\"f\",\"arguments\":{}}", "C:f {}" },
        { "<tool_call>{\"name\":\"f\",\"arguments\":{\"x\":", "T:<tool_call>{\"name\":\"f\",\"arguments\":{\"x\":" },
        { "<tool_call>{bad}</tool_call> more", "T:<tool_call>{bad}</tool_call> more" },
        { "<tool_call>{\"name\":\"f\",\"arguments\":[1]}</tool_call>", "T:<tool_call>{\"name\":\"f\",\"arguments\":[1]}</tool_call>" },
        { "<tool_call>{\"name\":\"f\",\"arguments\":\"{bad\"}</tool_call>", "T:<tool_call>{\"name\":\"f\",\"arguments\":\"{bad\"}</tool_call>" },
        { "<tool_call>{\"name\":1}</tool_call>", "T:<tool_call>{\"name\":1}</tool_call>" },
        { "<tool_call>[]</tool_call>", "T:<tool_call>[]</tool_call>" },
        { "<think>\nhm </think>\n\n42", "R:hm|T:42" },
        { "\n<think>\n\n</think>\n\n42", "T:42" },
        { "<think>unfinished", "R:unfinished" },
        { "<think>a</think>" + Call, "R:a|C:f {\"x\":1}" },
        { "<think>" + Call + "</think>" + Call, "R:" + Call + "|C:f {\"x\":1}" },
        { "no <think>reasoning</think> here", "T:no <think>reasoning</think> here" },
        { "  ", "T:  " },
        { "Hi \n<tool_call>{bad}</tool_call>", "T:Hi \n<tool_call>{bad}</tool_call>" },
        { "Hi \n<tool_call>{\"name\":\"f\",\"argu", "T:Hi \n<tool_call>{\"name\":\"f\",\"argu" },
        { "Hi" + Spaces + "  " + Call, "T:Hi  |C:f {\"x\":1}" },
        { Spaces + "<think>a</think>b", "R:a|T:b" },
        { Spaces + " <think>a</think>b", "T:" + Spaces + " <think>a</think>b" },
        { "<think>a" + Spaces + "  </think>" + Spaces + "  b", "R:a  |T:b" },
        { "<think>\u00a0a</think>\u00a0b", "R:\u00a0a|T:\u00a0b" },
    };

    public static TheoryData<string, string> JsonAnswers => new()
    {
        { "{\"s\": \"see  <tool_call> {x}\"}", "T:{\"s\": \"see  <tool_call> {x}\"}" },
        { "[\"" + "<tool_call>{\\\"name\\\":\\\"f\\\"}</tool_call>" + "\"]", "T:[\"<tool_call>{\\\"name\\\":\\\"f\\\"}</tool_call>\"]" },
        { "\"<tool_call>{\"", "T:\"<tool_call>{\"" },
        { Call + Call, "C:f {\"x\":1}|C:f {\"x\":1}" },
        { "<think>a</think>\n" + Call, "R:a|C:f {\"x\":1}" },
        { "<think>a</think>\n\"<tool_call>\"", "R:a|T:\"<tool_call>\"" },
    };

    [Theory]
    [MemberData(nameof(JsonAnswers))]
    public void JsonAnswer_HoldsNoCalls(string answer, string expected) =>
        AssertReads(new AnswerReading(HermesToolCallDialect.Instance, CallCount.Many, ReasoningReading.Show) { MayBeJson = true }, answer, expected);

    [Theory]
    [MemberData(nameof(Answers))]
    public void Answer_ReadsTheSame_HoweverItIsCut(string answer, string expected)
    {
        AssertReads(new AnswerReading(HermesToolCallDialect.Instance, CallCount.Many, ReasoningReading.Show), answer, expected);
    }

    private static void AssertReads(AnswerReading reading, string answer, string expected)
    {
        for (var size = 1; size <= answer.Length; size++)
        {
            Assert.Equal(expected, Read(reading, answer.Chunk(size).Select(piece => new string(piece))));
        }
    }

    public static TheoryData<string, string> MistralAnswers => new()
    {
        { "plain [text]", "T:plain [text]" },
        { "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {\"x\": 1}}]", "C:f {\"x\":1}" },
        { "[TOOL_CALLS][{\"name\":\"f\",\"arguments\":{}},{\"name\":\"g\",\"arguments\":{\"y\":[2]},\"id\":\"abcdefghi\"}]", "C:f {}|C:g {\"y\":[2]}" },
        { "Let me look. [TOOL_CALLS][{\"name\": \"f\", \"arguments\": {}}]\n", "T:Let me look.|C:f {}" },
        { "[TOOL_CALLS][{\"name\": \"f\", \"arguments\": {}}] Done.", "C:f {}|T:Done." },
        { "[TOOL_CALLS][]", "T:[TOOL_CALLS][]" },
        { "[TOOL_CALLS][{\"name\": \"f\", \"arguments\": {}}, {\"name\": 1}]", "T:[TOOL_CALLS][{\"name\": \"f\", \"arguments\": {}}, {\"name\": 1}]" },
        { "[TOOL_CALLS][{\"name\": \"f\", \"argum", "T:[TOOL_CALLS][{\"name\": \"f\", \"argum" },
        { "[TOOL_CALLS] nonsense", "T:[TOOL_CALLS] nonsense" },
    };

    [Theory]
    [MemberData(nameof(MistralAnswers))]
    public void MistralAnswer_ReadsTheSame_HoweverItIsCut(string answer, string expected) =>
        AssertReads(new AnswerReading(MistralToolCallDialect.For("[TOOL_CALLS] ["), CallCount.Many, ReasoningReading.AsText), answer, expected);

    public static TheoryData<string, string> Llama3Answers => new()
    {
        { "plain text with {\"name\": \"f\", \"parameters\": {}} in it", "T:plain text with {\"name\": \"f\", \"parameters\": {}} in it" },
        { "{\"name\": \"f\", \"parameters\": {\"x\": 1}}", "C:f {\"x\":1}" },
        { "\n{ \"name\" : \"f\", \"parameters\": {\"x\": \"a;b\"} }\n", "C:f {\"x\":\"a;b\"}" },
        { "<|python_tag|>{\"name\": \"f\", \"parameters\": {}}", "C:f {}" },
        { "{\"name\": \"f\", \"parameters\": {}}; {\"name\": \"g\", \"arguments\": {\"y\": 2}}", "C:f {}|C:g {\"y\":2}" },
        { "{\"name\": \"Ann\", \"parameters\": {}}", "T:{\"name\": \"Ann\", \"parameters\": {}}" },
        { "{\"nam\": 1}", "T:{\"nam\": 1}" },
        { "{\"na", "T:{\"na" },
        { "{\"name\": \"f\", \"param", "T:{\"name\": \"f\", \"param" },
        { "{\"answer\": 42}", "T:{\"answer\": 42}" },
        { Spaces + "{\"name\": \"f\", \"parameters\": {}}", "C:f {}" },
        { Spaces + "{ \"name\": \"f\", \"parameters\": {}}", "T:" + Spaces + "{ \"name\": \"f\", \"parameters\": {}}" },
        { "{ \"na me\": \"f\"}", "T:{ \"na me\": \"f\"}" },
    };

    [Theory]
    [MemberData(nameof(Llama3Answers))]
    public void Llama3Answer_ReadsTheSame_HoweverItIsCut(string answer, string expected) => AssertReads(
        new AnswerReading(Llama3ToolCallDialect.Instance, CallCount.Many, ReasoningReading.AsText) { ToolNames = new HashSet<string> { "f", "g" } }, answer, expected);

    [Fact]
    public void Llama3Answer_IsStreamed_AsSoonAsItCannotBeACall()
    {
        var contents = new List<AIContent>();
        new AnswerParser(new AnswerReading(Llama3ToolCallDialect.Instance, CallCount.Many, ReasoningReading.AsText)).Append("{\"answer\"", contents);
        Assert.Equal("{\"answer\"", Assert.IsType<TextContent>(Assert.Single(contents)).Text);
    }

    [Fact]
    public void WithoutDialect_MarksAreText() =>
        Assert.Equal("T:" + Call, Read(AnswerReading.PlainText, Call.Chunk(3).Select(piece => new string(piece))));

    [Fact]
    public void HiddenReasoning_IsLeftOut() => Assert.Equal(
        "T:42", Read(new AnswerReading(null, CallCount.Many, ReasoningReading.Hide), ["<thi", "nk>secret</th", "ink>42"]));

    [Fact]
    public void Text_IsHandedOverAtOnce_WhereNoMarkCanBegin()
    {
        var contents = new List<AIContent>();
        new AnswerParser(new AnswerReading(HermesToolCallDialect.Instance, CallCount.Many, ReasoningReading.AsText)).Append("Hello", contents);
        Assert.Equal("Hello", Assert.IsType<TextContent>(Assert.Single(contents)).Text);
    }

    [Fact]
    public void CallIds_AreUnique()
    {
        var contents = new List<AIContent>();
        var parser = new AnswerParser(new AnswerReading(HermesToolCallDialect.Instance, CallCount.Many, ReasoningReading.AsText));
        parser.Append(Call + Call, contents);
        Assert.Equal(2, contents.Cast<FunctionCallContent>().Select(call => call.CallId).Distinct().Count());
    }

    [Fact]
    public void ArgumentValues_AreOfTypesThatInvokersSerialise()
    {
        var call = HermesToolCallDialect.Instance.Read(
            """{"name":"f","arguments":{"s":"x","i":5,"l":9007199254740993,"d":1.5,"b":true,"n":null,"a":[1],"o":{"k":1},"big":1e999}}""",
            new HashSet<string>())!.Calls[0];
        var arguments = call.Arguments!;
        Assert.Equal("x", arguments["s"]);
        Assert.Equal(5L, arguments["i"]);
        Assert.Equal(9007199254740993L, arguments["l"]);
        Assert.Equal(1.5, arguments["d"]);
        Assert.Equal(true, arguments["b"]);
        Assert.Null(arguments["n"]);
        Assert.All(["a", "o", "big"], key => Assert.IsType<JsonElement>(arguments[key]));
        Assert.Null(call.Exception);
    }

    [Fact]
    public void DeeplyNestedArguments_AreText()
    {
        var answer = "<tool_call>{\"name\":\"f\",\"arguments\":{\"x\":" + new string('[', 10_000) + "</tool_call>";
        Assert.Equal("T:" + answer, Read(new AnswerReading(HermesToolCallDialect.Instance, CallCount.Many, ReasoningReading.AsText), [answer]));
    }

    private static string Read(AnswerReading reading, IEnumerable<string> pieces)
    {
        var contents = new List<AIContent>();
        var parser = new AnswerParser(reading);
        foreach (var piece in pieces)
        {
            parser.Append(piece, contents);
        }

        parser.Complete(contents);
        var read = new List<(char Kind, string Text)>();
        foreach (var content in contents)
        {
            var (kind, text) = content switch
            {
                FunctionCallContent call => ('C', $"{call.Name} {JsonSerializer.Serialize(call.Arguments, Plain)}"),
                TextReasoningContent reasoning => ('R', reasoning.Text),
                _ => ('T', ((TextContent)content).Text),
            };
            if (kind != 'C' && read is [.., var last] && last.Kind == kind)
            {
                read[^1] = (kind, last.Text + text);
            }
            else
            {
                read.Add((kind, text));
            }
        }

        return string.Join('|', read.Select(item => $"{item.Kind}:{item.Text}"));
    }

    private static JsonSerializerOptions Plain { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
