using System.Text.Json;
using Microsoft.Extensions.AI;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;
using static Slerp.Connector.Conformance.Asking;

namespace Slerp.Connector.Conformance;

/// <summary>Contract 1.1: every member of <see cref="ChatOptions"/> is honoured, refused by name, or ignored on purpose.</summary>
public sealed class Section11OptionsTests
{
    [Theory, BothWays]
    public async Task ConversationId_IsIgnored_AndNeverReturned(bool streaming) =>
        Assert.Null((await AnswerAsync(streaming, "Hello", new ChatOptions { ConversationId = "thread" })).ConversationId);

    [Theory, BothWays]
    public async Task Instructions_ComeFirst_AsOneSystemTurnWithALeadingSystemMessage(bool streaming)
    {
        var turns = await TurnsAsync(streaming, new ChatOptions { Instructions = "Be brief." }, new ChatMessage(ChatRole.System, "Be kind."), User("Hi"));
        Assert.Equal([ChatTurnRole.System, ChatTurnRole.User], turns.Select(turn => turn.Role));
        Assert.Equal("Be brief.\n\nBe kind.", turns[0].Text());
    }

    [Theory, BothWays]
    public async Task Temperature_NullIsTheCheckpoints_ZeroIsGreedy_NegativeAndNotANumberAreRefused(bool streaming)
    {
        Assert.Equal(0.7f, Assert.IsType<SamplingMode.Stochastic>((await RequestAsync(streaming, null)).Sampling).Temperature);
        Assert.IsType<SamplingMode.Greedy>((await RequestAsync(streaming, new ChatOptions { Temperature = 0 })).Sampling);
        foreach (var bad in (float[])[-0.1f, float.NaN, float.PositiveInfinity])
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RequestAsync(streaming, new ChatOptions { Temperature = bad }));
        }
    }

    [Theory, BothWays]
    public async Task MaxOutputTokens_IsAHardCap_NullIsTheContext_BelowOneIsRefused(bool streaming)
    {
        Assert.Equal(5, (await RequestAsync(streaming, new ChatOptions { MaxOutputTokens = 5 })).MaxOutputTokens);
        Assert.Equal(1000, (await RequestAsync(streaming, null)).MaxOutputTokens);
        Assert.Equal(ChatFinishReason.Length, (await AnswerAsync(streaming, "cut", finish: FinishReason.Length)).FinishReason);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RequestAsync(streaming, new ChatOptions { MaxOutputTokens = 0 }));
    }

    [Theory, BothWays]
    public async Task TopPAndTopK_ArePassedOn_OutOfRangeIsRefused(bool streaming)
    {
        var sampling = Assert.IsType<SamplingMode.Stochastic>((await RequestAsync(streaming, new ChatOptions { TopP = 0.5f, TopK = 9 })).Sampling);
        Assert.Equal((0.5f, 9), (sampling.TopP, sampling.TopK));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RequestAsync(streaming, new ChatOptions { TopP = 0 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RequestAsync(streaming, new ChatOptions { TopP = 1.1f }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RequestAsync(streaming, new ChatOptions { TopK = -1 }));
    }

    [Theory, BothWays]
    public async Task Penalties_AreNotMixedUp(bool streaming)
    {
        var penalties = (await RequestAsync(streaming, new ChatOptions
        {
            FrequencyPenalty = 0.25f,
            PresencePenalty = 0.5f,
            AdditionalProperties = new() { ["repetition_penalty"] = 1.5 },
        })).Penalties;
        Assert.Equal((0.25f, 0.5f, 1.5f), (penalties.Frequency, penalties.Presence, penalties.Repetition));
    }

    [Theory, BothWays]
    public async Task Seed_KeepsAll64Bits_AndIsReported(bool streaming)
    {
        var sampling = Assert.IsType<SamplingMode.Stochastic>((await RequestAsync(streaming, new ChatOptions { Seed = long.MinValue })).Sampling);
        Assert.Equal(long.MinValue, sampling.Seed);
        Assert.Equal(long.MinValue, (await AnswerAsync(streaming, "x", new ChatOptions { Seed = long.MinValue })).GetSlerpStatistics()!.Seed);
    }

    [Theory, BothWays]
    public async Task Reasoning_EffortReachesTheTemplate_OutputNoneHidesIt_OtherModelsIgnoreIt(bool streaming)
    {
        var prompt = (Prompt.Conversation)(await RequestAsync(streaming, new ChatOptions { Reasoning = new() { Effort = ReasoningEffort.None } })).Prompt;
        Assert.Equal(JsonValueKind.False, prompt.Variables["enable_thinking"].ValueKind);
        Assert.False((await RequestAsync(streaming, new ChatOptions { Reasoning = new() { Effort = ReasoningEffort.None } })).MayReason);
        Assert.True((await RequestAsync(streaming, new ChatOptions { ResponseFormat = ChatResponseFormat.Json })).MayReason);
        var thinking = FakeEngine.Info(template: "<think></think>");
        var structured = await AnswerAsync(streaming, "<think>hm</think>\n\n{\"a\": 1}", new ChatOptions { ResponseFormat = ChatResponseFormat.Json }, model: thinking);
        Assert.Equal(("hm", "{\"a\": 1}"), (Assert.IsType<TextReasoningContent>(structured.Messages[0].Contents[0]).Text, structured.Text));
        var shown = await AnswerAsync(streaming, "<think>hm</think>42", model: thinking);
        Assert.Equal("hm", Assert.IsType<TextReasoningContent>(shown.Messages[0].Contents[0]).Text);
        var hidden = await AnswerAsync(streaming, "<think>hm</think>42", new ChatOptions { Reasoning = new() { Output = ReasoningOutput.None } }, model: thinking);
        Assert.IsType<TextContent>(Assert.Single(hidden.Messages[0].Contents));
        Assert.Equal("42", (await AnswerAsync(streaming, "42", new ChatOptions { Reasoning = new() { Effort = ReasoningEffort.High } })).Text);
    }

    [Theory, BothWays]
    public async Task Reasoning_ThatThePromptHasBegun_IsReasoning(bool streaming)
    {
        foreach (var (answer, reasoning, text) in new[] { ("hm\n</think>\n\n42", "hm", "42"), ("unfinished", "unfinished", ""), ("</think>42", "", "42"), (" \n", "", "") })
        {
            using var under = new ClientUnderTest(new FakeEngine
            {
                Model = FakeEngine.Info(template: "{{ '<think>' }}"),
                OpensReasoning = true,
                Script = _ => FakeEngine.Segments(FinishReason.EndOfText, [.. answer.Chunk(3).Select(piece => new string(piece))]),
            });
            var response = await under.AskAsync(streaming);
            Assert.Equal(reasoning, string.Concat(response.Messages.SelectMany(message => message.Contents).OfType<TextReasoningContent>().Select(content => content.Text)));
            Assert.Equal(text, response.Text);
            Assert.Equal(new ReasoningSyntax("<think>", "</think>"), under.Engine.LastRequest.Reasoning);
            var hidden = await under.AskAsync(streaming, new ChatOptions { Reasoning = new() { Output = ReasoningOutput.None } });
            Assert.DoesNotContain(hidden.Messages.SelectMany(message => message.Contents), content => content is TextReasoningContent);
            Assert.Equal(text, hidden.Text);
        }

        Assert.Null((await RequestAsync(streaming, null)).Reasoning);
    }

    [Theory, BothWays]
    public async Task ResponseFormat_IsKeptByGrammar_AndToldInThePrompt(bool streaming)
    {
        var schema = JsonElement.Parse("""{"type":"object","properties":{"n":{"type":"integer"}}}""");
        var request = await RequestAsync(streaming, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema) });
        Assert.Equal(schema.GetRawText(), Assert.IsType<OutputForm.Json>(request.Output).Schema.GetRawText());
        Assert.Contains("\"integer\"", ((Prompt.Conversation)request.Prompt).Turns[0].Text(), StringComparison.Ordinal);
        Assert.IsType<OutputForm.Json>((await RequestAsync(streaming, new ChatOptions { ResponseFormat = ChatResponseFormat.Json })).Output);
        Assert.IsType<OutputForm.FreeText>((await RequestAsync(streaming, new ChatOptions { ResponseFormat = ChatResponseFormat.Text })).Output);
    }

    [Theory, BothWays]
    public async Task ResponseFormat_WithTools_IsEither(bool streaming)
    {
        var form = Assert.IsType<OutputForm.ToolCalls>((await RequestAsync(
            streaming, new ChatOptions { Tools = [TestTools.Weather], ResponseFormat = ChatResponseFormat.Json })).Output);
        Assert.IsType<OutputForm.Json>(form.Otherwise);
    }

    [Theory, BothWays]
    public async Task ModelId_OwnIsFine_UnknownIsRefusedByNameWhereIdsAreStrict(bool streaming)
    {
        using var under = new ClientUnderTest(configure: options => options.StrictModelId = true);
        await under.AskAsync(streaming, new ChatOptions { ModelId = "fake-1b" });
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => under.AskAsync(streaming, new ChatOptions { ModelId = "gpt-9" }));
        Assert.Contains("gpt-9", failure.Message, StringComparison.Ordinal);
    }

    [Theory, BothWays]
    public async Task StopSequences_AreTexts_EmptyOnesSkipped_TheListUnchanged(bool streaming)
    {
        List<string> stops = ["END", "", "STOP"];
        Assert.Equal(["END", "STOP"], (await RequestAsync(streaming, new ChatOptions { StopSequences = stops })).StopSequences);
        Assert.Equal(3, stops.Count);
        Assert.Equal(ChatFinishReason.Stop, (await AnswerAsync(streaming, "x", finish: FinishReason.StopSequence)).FinishReason);
    }

    [Theory, BothWays]
    public async Task StopSequences_CountInFreeTextAlone_AndAreSaidToBeIgnoredInJsonAndForcedCalls(bool streaming)
    {
        ChatOptions[] bound =
        [
            new() { ResponseFormat = ChatResponseFormat.Json },
            new() { Tools = [TestTools.Weather], ToolMode = ChatToolMode.RequireAny },
            new() { Tools = [TestTools.Weather], ResponseFormat = ChatResponseFormat.Json },
        ];
        foreach (var options in bound)
        {
            options.StopSequences = ["\n"];
            using var under = new ClientUnderTest();
            await under.AskAsync(streaming, options);
            Assert.Empty(under.Engine.LastRequest.StopSequences);
            Assert.Contains("StopSequences", Assert.Single(under.Logger.Warnings), StringComparison.Ordinal);
        }

        foreach (var options in (ChatOptions[])[new(), new() { Tools = [TestTools.Weather] }, new() { ResponseFormat = ChatResponseFormat.Text }])
        {
            options.StopSequences = ["\n"];
            using var under = new ClientUnderTest();
            await under.AskAsync(streaming, options);
            Assert.Equal(["\n"], under.Engine.LastRequest.StopSequences);
            Assert.Empty(under.Logger.Warnings);
        }
    }

    [Theory, BothWays]
    public async Task AllowMultipleToolCalls_FalseEndsAfterTheFirst_NullAllowsMore(bool streaming)
    {
        var two = Call + "\n" + Call;
        var one = await AnswerAsync(streaming, two, new ChatOptions { Tools = [TestTools.Weather], AllowMultipleToolCalls = false });
        Assert.Single(one.Messages[0].Contents.OfType<FunctionCallContent>());
        var both = await AnswerAsync(streaming, two, new ChatOptions { Tools = [TestTools.Weather] });
        Assert.Equal(2, both.Messages[0].Contents.OfType<FunctionCallContent>().Count());
    }

    [Theory, BothWays]
    public async Task ToolMode_NoneRendersAndReadsNothing(bool streaming)
    {
        var options = new ChatOptions { Tools = [TestTools.Weather], ToolMode = ChatToolMode.None };
        Assert.Empty(((Prompt.Conversation)(await RequestAsync(streaming, options)).Prompt).Tools);
        Assert.Equal(Call, (await AnswerAsync(streaming, Call, options)).Text);
    }

    [Theory, BothWays]
    public async Task ToolMode_RequiredIsForcedByGrammar_AnUnknownNameIsRefused(bool streaming)
    {
        var any = Assert.IsType<OutputForm.ToolCalls>((await RequestAsync(streaming, new ChatOptions { Tools = [TestTools.Weather], ToolMode = ChatToolMode.RequireAny })).Output);
        Assert.Null(any.Otherwise);
        var other = AIFunctionFactory.Create(() => 1, "other");
        var one = Assert.IsType<OutputForm.ToolCalls>((await RequestAsync(
            streaming, new ChatOptions { Tools = [TestTools.Weather, other], ToolMode = ChatToolMode.RequireSpecific("other") })).Output);
        Assert.Equal("other", Assert.Single(one.Tools).Name);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => RequestAsync(streaming, new ChatOptions { Tools = [other], ToolMode = ChatToolMode.RequireSpecific("absent") }));
    }

    [Theory, BothWays]
    public async Task ToolMode_RequiredOfWhatIsNoFunction_IsRefusedByName(bool streaming)
    {
        async Task<string> RefusalAsync(ChatToolMode mode, params AITool[]? tools) => (await Assert.ThrowsAsync<InvalidOperationException>(
            () => RequestAsync(streaming, new ChatOptions { Tools = tools, ToolMode = mode }))).Message;
        foreach (var tools in (AITool[]?[])[null, [], [new HostedWebSearchTool()]])
        {
            Assert.Contains($"{tools?.Length ?? 0} tools", await RefusalAsync(ChatToolMode.RequireAny, tools), StringComparison.Ordinal);
        }

        var hosted = await RefusalAsync(ChatToolMode.RequireSpecific("web_search"), new HostedWebSearchTool(), TestTools.Weather);
        Assert.Contains("'web_search'", hosted, StringComparison.Ordinal);
        Assert.Contains(nameof(HostedWebSearchTool), hosted, StringComparison.Ordinal);
        Assert.Contains("'get_weather'", hosted, StringComparison.Ordinal);
        Assert.Contains("'absent'", await RefusalAsync(ChatToolMode.RequireSpecific("absent"), null), StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => RequestAsync(
            streaming, new ChatOptions { ToolMode = ChatToolMode.RequireAny, AdditionalProperties = new() { [SlerpProperties.Raw] = true } }));
    }

    [Theory, BothWays]
    public async Task ToolMode_AutoWithoutAnyTool_IsText(bool streaming)
    {
        foreach (var tools in (IList<AITool>?[])[null, [], [new HostedWebSearchTool()]])
        {
            Assert.IsType<OutputForm.FreeText>((await RequestAsync(streaming, new ChatOptions { Tools = tools, ToolMode = ChatToolMode.Auto })).Output);
        }
    }

    [Theory, BothWays]
    public async Task Tools_OfOneName_AreOfferedOnce_TheFirst(bool streaming)
    {
        using var under = new ClientUnderTest();
        await under.AskAsync(streaming, new ChatOptions { Tools = [TestTools.Weather, AIFunctionFactory.Create((int x) => x, "get_weather")] });
        Assert.Equal("The weather of a city.", Assert.Single(((Prompt.Conversation)under.Engine.LastRequest.Prompt).Tools).Description);
        Assert.Contains("'get_weather'", Assert.Single(under.Logger.Warnings), StringComparison.Ordinal);
    }

    [Theory, BothWays]
    public async Task Tools_AreRendered_HostedOnesIgnoredWithAWarning_NeverInvoked(bool streaming)
    {
        var invoked = false;
        var function = AIFunctionFactory.Create(() => invoked = true, "get_weather");
        using var under = new ClientUnderTest(Answering(Call));
        await under.AskAsync(streaming, new ChatOptions { Tools = [function, new HostedWebSearchTool()] });
        Assert.Equal("get_weather", Assert.Single(((Prompt.Conversation)under.Engine.LastRequest.Prompt).Tools).Name);
        Assert.Contains(nameof(HostedWebSearchTool), Assert.Single(under.Logger.Warnings), StringComparison.Ordinal);
        Assert.False(invoked);
    }

    [Theory, BothWays]
    public async Task Tools_OfAModelWithoutToolSupport_AreRefused(bool streaming)
    {
        using var under = new ClientUnderTest(new FakeEngine { Model = FakeEngine.Info(supportsTools: false, template: "plain") });
        await Assert.ThrowsAsync<NotSupportedException>(() => under.AskAsync(streaming, new ChatOptions { Tools = [TestTools.Weather] }));
    }

    [Theory, BothWays]
    public async Task AllowBackgroundResponses_IsIgnored_ContinuationTokenIsRefused(bool streaming)
    {
#pragma warning disable MEAI001 // Experimental in the abstractions.
        Assert.Equal("Hi", (await AnswerAsync(streaming, "Hi", new ChatOptions { AllowBackgroundResponses = true })).Text);
        await Assert.ThrowsAsync<NotSupportedException>(
            () => AnswerAsync(streaming, "Hi", new ChatOptions { ContinuationToken = ResponseContinuationToken.FromBytes(new byte[] { 1 }) }));
#pragma warning restore MEAI001
    }

    [Theory, BothWays]
    public async Task WhatIsIgnored_IsSaidInOneLineEach(bool streaming)
    {
#pragma warning disable MEAI001 // Experimental in the abstractions.
        var ignored = new (string Name, ChatOptions Options)[]
        {
            ("ConversationId", new() { ConversationId = "thread" }),
            ("AllowBackgroundResponses", new() { AllowBackgroundResponses = true }),
            ("RawRepresentationFactory", new() { RawRepresentationFactory = _ => "something else" }),
            ("Reasoning.Effort Low", new() { Reasoning = new() { Effort = ReasoningEffort.Low } }),
            ("Reasoning.Effort ExtraHigh", new() { Reasoning = new() { Effort = ReasoningEffort.ExtraHigh } }),
            ("Reasoning.Output Summary", new() { Reasoning = new() { Output = ReasoningOutput.Summary } }),
            ("StopSequences", new() { StopSequences = ["."], ResponseFormat = ChatResponseFormat.Json }),
            ("HostedWebSearchTool", new() { Tools = [new HostedWebSearchTool()] }),
            ("model id 'gpt-9'", new() { ModelId = "gpt-9" }),
        };
        ChatOptions[] nothing =
        [
            new() { AllowBackgroundResponses = false, Reasoning = new() { Effort = ReasoningEffort.None, Output = ReasoningOutput.Full } },
            new() { StopSequences = [], Tools = [], AdditionalProperties = [] },
            new() { StopSequences = [""], ResponseFormat = ChatResponseFormat.Json },
        ];
#pragma warning restore MEAI001
        foreach (var (name, options) in ignored)
        {
            Assert.Contains(name, Assert.Single(await IgnoredAsync(options)), StringComparison.Ordinal);
        }

        foreach (var options in nothing)
        {
            Assert.Empty(await IgnoredAsync(options));
        }

        async Task<string[]> IgnoredAsync(ChatOptions options)
        {
            using var under = new ClientUnderTest();
            await under.AskAsync(streaming, options);
            return [.. under.Logger.Entries.Select(entry => entry.Text).Where(text => text.StartsWith("Ignored", StringComparison.Ordinal))];
        }
    }

    [Theory, BothWays]
    public async Task RawRepresentationFactory_OfAnotherType_IsIgnored(bool streaming) =>
        Assert.Equal("Hi", (await AnswerAsync(streaming, "Hi", new ChatOptions { RawRepresentationFactory = _ => "something else" })).Text);

    [Theory, BothWays]
    public async Task AdditionalProperties_AreReadInAnyDress_UnknownOnesIgnored(bool streaming)
    {
        foreach (var dressed in (object[])[0.25, 0.25f, "0.25", JsonElement.Parse("0.25")])
        {
            var request = await RequestAsync(streaming, new ChatOptions { AdditionalProperties = new() { ["min_p"] = dressed, ["unknown"] = new object() } });
            Assert.Equal(0.25f, Assert.IsType<SamplingMode.Stochastic>(request.Sampling).MinP);
        }
    }

    [Theory, BothWays]
    public async Task DerivedOptions_AreRead_AndNeverChanged(bool streaming)
    {
        var options = new Derived { MaxOutputTokens = 7, Instructions = "i", StopSequences = ["s"], Tools = [TestTools.Weather], AdditionalProperties = new() { ["k"] = 1 } };
        Assert.Equal(7, (await RequestAsync(streaming, options)).MaxOutputTokens);
        Assert.Equal((7, "i", 1, 1, 1), (options.MaxOutputTokens, options.Instructions, options.StopSequences.Count, options.Tools.Count, options.AdditionalProperties.Count));
    }

    private sealed class Derived : ChatOptions;
}
