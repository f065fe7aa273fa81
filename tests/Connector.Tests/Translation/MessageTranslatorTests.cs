using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Slerp.Connector.Telemetry;
using Slerp.Connector.Tests.Doubles;
using Slerp.Connector.Translation;
using Slerp.Engine;

namespace Slerp.Connector.Tests.Translation;

/// <summary>Rules of what goes in: messages.</summary>
public sealed class MessageTranslatorTests
{
    [Fact]
    public void NoMessages_GiveNoTurns() => Assert.Empty(Translate([]));

    [Fact]
    public void Roles_AreMapped()
    {
        var turns = Translate(
        [
            new(new ChatRole("Developer"), "d"),
            new(ChatRole.User, "u"),
            new(ChatRole.Assistant, "a"),
            new(new ChatRole("critic"), "c"),
            new(ChatRole.Tool, "t"),
        ]);
        Assert.Equal(
            [ChatTurnRole.System, ChatTurnRole.User, ChatTurnRole.Assistant, ChatTurnRole.User, ChatTurnRole.Tool],
            turns.Select(turn => turn.Role));
    }

    [Fact]
    public void Instructions_AreASystemTurnBeforeAll()
    {
        var turns = Translate([new(ChatRole.User, "u")], "Be brief.");
        Assert.Equal((ChatTurnRole.System, "Be brief."), (turns[0].Role, Text(turns[0])));
        Assert.Equal(2, turns.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" \n")]
    public void Instructions_OfWhitespace_AreNone(string? instructions) =>
        Assert.Equal(ChatTurnRole.User, Assert.Single(Translate([new(ChatRole.User, "u")], instructions)).Role);

    [Fact]
    public void LeadingSystemMessages_AreOneTurnWithTheInstructions()
    {
        var turns = Translate(
            [new(ChatRole.System, "one") { AuthorName = "Agent" }, new(new ChatRole("developer"), "two"), new(ChatRole.User, "u")], "zero");
        Assert.Equal("zero\n\none\n\ntwo", Text(turns[0]));
        Assert.Equal(2, turns.Count);
    }

    [Fact]
    public void LateSystemMessage_StaysWhereItStands()
    {
        var turns = Translate([new(ChatRole.System, "a"), new(ChatRole.User, "b"), new(ChatRole.System, "c")]);
        Assert.Equal([ChatTurnRole.System, ChatTurnRole.User, ChatTurnRole.System], turns.Select(turn => turn.Role));
    }

    [Fact]
    public void ConsecutiveMessagesOfOneRole_StayApart() =>
        Assert.Equal(3, Translate([new(ChatRole.Assistant, "a"), new(ChatRole.Assistant, "b"), new(ChatRole.Assistant, "c")]).Count);

    [Theory]
    [InlineData("system")]
    [InlineData("user")]
    [InlineData("assistant")]
    public void EmptyContents_AreAnEmptyTurn(string role) =>
        Assert.Empty(Assert.Single(Translate([new(new ChatRole(role), [])])).Parts);

    [Fact]
    public void SeveralTexts_AreSeveralPartsAsTheyAre()
    {
        var turn = Assert.Single(Translate([new(ChatRole.User, [new TextContent("a"), new TextContent(string.Empty), new TextContent("b")])]));
        Assert.Equal([new ChatPart("a"), new ChatPart("b")], turn.Parts);
    }

    [Fact]
    public void AsContext_MarksAPassage_AlsoAfterAJsonRoundTrip()
    {
        AIContent marked = new TextContent("passage").AsContext();
        var json = JsonSerializer.Serialize(marked, AIJsonUtilities.DefaultOptions);
        var copy = JsonSerializer.Deserialize<AIContent>(json, AIJsonUtilities.DefaultOptions)!;
        var turn = Assert.Single(Translate([new(ChatRole.User, [marked, copy, new TextContent("question")])]));
        Assert.Equal([ChatPartKind.Passage, ChatPartKind.Passage, ChatPartKind.Text], turn.Parts.Select(part => part.Kind));
    }

    [Theory]
    [InlineData("text/plain", "utf-8")]
    [InlineData("text/markdown;charset=utf-8", "utf-8")]
    [InlineData("text/plain;charset=utf-16", "utf-16")]
    public void TextData_IsAPassageApartFromItsNeighbours(string mediaType, string encoding)
    {
        var data = new DataContent(Encoding.GetEncoding(encoding).GetBytes("dökument"), mediaType);
        var turn = Assert.Single(Translate([new(ChatRole.User, [new TextContent("before"), data, new TextContent("after")])]));
        Assert.Equal("before\n\ndökument\n\nafter", Text(turn));
        Assert.Equal("dökument", Assert.Single(turn.Parts, part => part.Kind == ChatPartKind.Passage).Text);
    }

    [Fact]
    public void TextData_OfAnUnknownCharset_IsRefused() => Assert.Contains(
        "x-klingon",
        Assert.Throws<NotSupportedException>(() => Translate([new(ChatRole.User, [new DataContent(new byte[] { 1 }, "text/plain;charset=x-klingon")])])).Message);

    public static TheoryData<AIContent, string> Links => new()
    {
        { new UriContent("https://example.com/a.pdf", "application/pdf"), "application/pdf" },
    };

    public static TheoryData<AIContent, string> Unreadable => new()
    {
        { new DataContent(new byte[] { 1 }, "image/png"), "image/png" },
        { new HostedFileContent("file-1"), "hosted file" },
        { new HostedVectorStoreContent("store-1"), "vector store" },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    [MemberData(nameof(Links))]
    public void UnreadableContent_IsRefusedByName(AIContent content, string named) => Assert.Contains(
        named, Assert.Throws<NotSupportedException>(() => Translate([new(ChatRole.User, [content])])).Message);

    [Theory]
    [MemberData(nameof(Unreadable))]
    [MemberData(nameof(Links))]
    public void UnreadableContent_CanBeIgnored_WithOneWarning(AIContent content, string named)
    {
        using var logger = new RecordingLogger();
        var translator = new MessageTranslator(UnsupportedContent.Ignore, new IgnoredFeatures(logger));
        for (var i = 0; i < 2; i++)
        {
            var turns = translator.Translate([new(ChatRole.User, [new TextContent("look"), content])], null);
            Assert.Equal("look", Text(turns[0]));
        }

        Assert.Contains(named, Assert.Single(logger.Warnings));
    }

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void UnreadableContent_IsRefusedByName_InWhatAToolReturnedToo(AIContent content, string named)
    {
        foreach (object result in new object[] { content, new List<AIContent> { new TextContent("seen"), content } })
        {
            Assert.Contains(
                named, Assert.Throws<NotSupportedException>(() => Translate([new(ChatRole.Tool, [new FunctionResultContent("c", result)])])).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ContentAToolReturned_IsItsText()
    {
        AIContent[] contents = [new TextContent("a"), new DataContent(Encoding.UTF8.GetBytes("b"), "text/plain"), new UsageContent(new UsageDetails())];
        Assert.Equal("a\n\nb", Text(Assert.Single(Translate([new(ChatRole.Tool, [new FunctionResultContent("c", contents)])]))));
        Assert.Equal("b", Text(Assert.Single(Translate([new(ChatRole.Tool, [new FunctionResultContent("c", contents[1])])]))));
    }

    [Fact]
    public void ErrorAToolReturned_IsItsMessage()
    {
        foreach (object result in new object[] { new ErrorContent("no such city"), new List<AIContent> { new ErrorContent("no such city") } })
        {
            Assert.Equal("no such city", Text(Assert.Single(Translate([new(ChatRole.Tool, [new FunctionResultContent("c", result)])]))));
        }
    }

    public static TheoryData<AIContent, string> Others => new()
    {
        { new UriContent("https://example.com/a.pdf", "application/pdf"), "https://example.com/a.pdf" },
        { new AIContent { AdditionalProperties = new() { ["kind"] = "resource" } }, "resource" },
    };

    [Theory]
    [MemberData(nameof(Others), DisableDiscoveryEnumeration = true)]
    public void OtherContentAToolReturned_IsJson(AIContent content, string told)
    {
        var alone = Text(Assert.Single(Translate([new(ChatRole.Tool, [new FunctionResultContent("c", content)])])));
        Assert.Contains(told, JsonDocument.Parse(alone).RootElement.GetRawText(), StringComparison.Ordinal);
        AIContent[] contents = [new TextContent("a"), content];
        Assert.Equal("a\n\n" + alone, Text(Assert.Single(Translate([new(ChatRole.Tool, [new FunctionResultContent("c", contents)])]))));
    }

    [Fact]
    public void ContentOfAnOwnTypeAToolReturned_IsLeftOutAndNoFault()
    {
        AIContent[] contents = [new TextContent("a"), new OwnContent()];
        Assert.Equal("a", Text(Assert.Single(Translate([new(ChatRole.Tool, [new FunctionResultContent("c", contents)])]))));
    }

    [Fact]
    public void AccountingContent_IsIgnored() => Assert.Equal("t", Text(Assert.Single(Translate(
        [new(ChatRole.Assistant, [new TextContent("t"), new UsageContent(new UsageDetails()), new ErrorContent("e")])]))));

    [Fact]
    public void Reasoning_IsKeptApartFromText()
    {
        var turn = Assert.Single(Translate([new(ChatRole.Assistant, [new TextReasoningContent("hm"), new TextReasoningContent("m"), new TextContent("42")])]));
        Assert.Equal(("hmm", "42"), (turn.Reasoning, Text(turn)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Calls_AreRenderedWithTheirArguments(bool informationalOnly)
    {
        var arguments = new Dictionary<string, object?> { ["n"] = 1, ["list"] = new[] { "ä", "b" }, ["none"] = null };
        var turn = Assert.Single(Translate([new(ChatRole.Assistant,
        [
            new TextContent("Let me see."),
            new FunctionCallContent("c1", "first", arguments) { InformationalOnly = informationalOnly },
            new FunctionCallContent("c2", "second"),
        ])]));
        Assert.Equal("Let me see.", Text(turn));
        Assert.Equal([("c1", "first"), ("c2", "second")], turn.ToolCalls.Select(call => (call.Id, call.Name)));
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse("""{"n":1,"list":["ä","b"],"none":null}""").RootElement, JsonDocument.Parse(turn.ToolCalls[0].Arguments).RootElement));
        Assert.Equal("{}", turn.ToolCalls[1].Arguments);
    }

    [Fact]
    public void Results_AreOneTurnEach_WithIdAndName()
    {
        var turns = Translate(
        [
            new(ChatRole.Assistant, [new FunctionCallContent("c1", "first"), new FunctionCallContent("c2", "second")]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", "one"), new FunctionResultContent("c2", "two"), new FunctionResultContent("c9", "lost")]),
        ]);
        Assert.Equal([("c1", "first"), ("c2", "second"), ("c9", null)], turns.Skip(1).Select(turn => (turn.ToolCallId, turn.Name)));
        Assert.All(turns.Skip(1), turn => Assert.Equal(ChatTurnRole.Tool, turn.Role));
        Assert.All(turns.Skip(1), turn => Assert.Equal(ChatPartKind.Passage, Assert.Single(turn.Parts).Kind));
    }

    public static TheoryData<object?, string> Results => new()
    {
        { null, "" },
        { "as it is", "as it is" },
        { JsonDocument.Parse("\"quoted\"").RootElement, "quoted" },
        { JsonDocument.Parse("null").RootElement, "" },
        { JsonDocument.Parse("""{"a":[1]}""").RootElement, """{"a":[1]}""" },
        { 42, "42" },
        { true, "true" },
        { new TextContent("content"), "content" },
        { new Dictionary<string, object?> { ["k"] = "v" }, """{"k":"v"}""" },
        { "Error: Function failed.", "Error: Function failed." },
    };

    [Theory]
    [MemberData(nameof(Results), DisableDiscoveryEnumeration = true)]
    public void Result_IsTextOrJson(object? result, string expected)
    {
        var turn = Assert.Single(Translate([new(ChatRole.Tool, [new FunctionResultContent("c", result)])]));
        Assert.Equal(expected, Text(turn).Replace("\n", string.Empty, StringComparison.Ordinal).Replace(" ", expected.Contains(' ') ? " " : string.Empty, StringComparison.Ordinal));
    }

    // By name: who prints test cases would follow a cycle for ever.
    [Theory]
    [InlineData("cycle", typeof(JsonException))]
    [InlineData("cycle in content", typeof(JsonException))]
    [InlineData("getter", typeof(InvalidOperationException))]
    [InlineData("delegate", typeof(NotSupportedException))]
    [InlineData("number", typeof(ArgumentException))]
    public void WhatCannotBeJson_IsRefusedByItsPlace(string kind, Type cause)
    {
        var cycle = new Dictionary<string, object?>();
        cycle["self"] = cycle;
        object value = kind switch
        {
            "cycle" => cycle,
            "cycle in content" => new AIContent { AdditionalProperties = new() { ["self"] = cycle } },
            "getter" => new Thrower(),
            "delegate" => () => 1,
            _ => double.NaN,
        };
        var call = new FunctionCallContent("c1", "look_up", new Dictionary<string, object?> { ["value"] = value });
        AssertNames("messages[1].Contents[1]: the arguments of call 'c1' of the function 'look_up'", [new(ChatRole.User, "u"), new(ChatRole.Assistant, [new TextContent("t"), call])]);
        call.Arguments = null;
        FunctionResultContent[] results = [new("c1", value), new("c2", value)];
        AssertNames("messages[1].Contents[0]: the result of call 'c1' of the function 'look_up' cannot", [new(ChatRole.Assistant, [call]), new(ChatRole.Tool, [results[0]])]);
        AssertNames("messages[1].Contents[0]: the result of call 'c2' cannot", [new(ChatRole.Assistant, [call]), new(ChatRole.Tool, [results[1]])]);

        void AssertNames(string place, ChatMessage[] messages)
        {
            var refused = Assert.Throws<ArgumentException>(() => Translate(messages));
            Assert.Contains(place, refused.Message, StringComparison.Ordinal);
            Assert.Contains("Hand over", refused.Message, StringComparison.Ordinal);
            Assert.IsType(cause, refused.InnerException);
        }
    }

    [Fact]
    public void Result_ExceptionIsNotTold() => Assert.Empty(Text(Assert.Single(Translate(
        [new(ChatRole.Tool, [new FunctionResultContent("c", null) { Exception = new InvalidOperationException("secret") }])]))));

    [Fact]
    public void AuthorName_IsTheTurnsName() =>
        Assert.Equal("Ada", Assert.Single(Translate([new(ChatRole.User, "u") { AuthorName = "Ada" }])).Name);

    private static string Text(ChatTurn turn) => string.Concat(turn.Parts.Select(part => part.Text));

    private static IReadOnlyList<ChatTurn> Translate(ChatMessage[] messages, string? instructions = null) =>
        new MessageTranslator(UnsupportedContent.Throw, new IgnoredFeatures(NullLogger.Instance)).Translate(messages, instructions);

    private sealed class OwnContent : AIContent;

    private sealed class Thrower
    {
        public int Length => throw new InvalidOperationException($"no length of {GetType().Name}");
    }
}
