using System.Text.Json;
using Microsoft.Extensions.AI;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;

namespace Slerp.Connector.Tests.Translation;

/// <summary>Rules of what goes in: options. Each holds both ways of calling.</summary>
public sealed class RequestTranslatorTests
{
    private static readonly ChatMessage[] Hello = [new(ChatRole.User, "Hi")];

    public static TheoryData<bool> BothWays => [true, false];

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task NoOptions_TakeTheCheckpointsSampling(bool streaming)
    {
        var request = await RequestAsync(streaming, null);
        var sampling = Assert.IsType<SamplingMode.Stochastic>(request.Sampling);
        Assert.Equal((0.7f, 20, 0.8f, 0.05f), (sampling.Temperature, sampling.TopK, sampling.TopP, sampling.MinP));
        Assert.Equal(new Penalties(Repetition: 1.1f), request.Penalties);
        Assert.Equal(1000, request.MaxOutputTokens);
        Assert.Empty(request.StopSequences);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task NullElements_AreRefused_ByName(bool streaming)
    {
        using var under = new ClientUnderTest();
        await AssertRefusedAsync("messages[1]", [Hello[0], null!], null);
        await AssertRefusedAsync("messages[0].Contents[0]", [new ChatMessage { Contents = [null!] }], null);
        await AssertRefusedAsync("messages[1]", [Hello[0], null!], new ChatOptions { AdditionalProperties = new() { [SlerpProperties.Raw] = true } });
        await AssertRefusedAsync("ChatOptions.Tools[0]", Hello, new ChatOptions { Tools = [null!] });
        await AssertRefusedAsync("ChatOptions.Tools[0]", Hello, new ChatOptions { Tools = [null!], ToolMode = ChatToolMode.RequireAny });

        async Task AssertRefusedAsync(string name, ChatMessage[] messages, ChatOptions? options) => Assert.Contains(
            name + " is null", (await Assert.ThrowsAsync<ArgumentException>(() => under.AskAsync(streaming, messages, options))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task FunctionNames_ThatAreNoText_AreRefused_ByPlace(bool streaming)
    {
        foreach (var (name, said) in new[] { ("", "is empty"), (" ", "is empty"), ("a\uD83D", "(U+D83D) at character 1"), ("\uDE00b", "(U+DE00) at character 0") })
        {
            using var under = new ClientUnderTest();
            var options = new ChatOptions { Tools = [TestTools.Weather, new NamedFunction(name)] };
            var failure = await Assert.ThrowsAsync<ArgumentException>(() => under.AskAsync(streaming, Hello, options));
            Assert.Contains("ChatOptions.Tools[1].Name", failure.Message, StringComparison.Ordinal);
            Assert.Contains(said, failure.Message, StringComparison.Ordinal);
            Assert.Equal(0, under.Loader.Loads);
        }
    }

    [Theory]
    [InlineData("slerp.merge.cutof", "slerp.merge.cutoff")]
    [InlineData("slerp.draftr", "slerp.drafter")]
    [InlineData("Slerp.Tennant", "slerp.tenant")]
    [InlineData("slerp.seed", "ChatOptions.Seed")]
    [InlineData("slerp.context", "AsContext")]
    [InlineData("slerp.tokens_per_second", "Known: slerp.drafter")]
    [InlineData("slerp.", "Known: slerp.drafter")]
    public async Task OwnKeys_ThatMeanNothing_AreRefused_WithTheNearest(string key, string said)
    {
        foreach (var streaming in new[] { true, false })
        {
            using var under = new ClientUnderTest();
            var options = new ChatOptions { AdditionalProperties = new() { [key] = true } };
            var failure = await Assert.ThrowsAsync<ArgumentException>(() => under.AskAsync(streaming, options));
            Assert.Contains($"[\"{key}\"]", failure.Message, StringComparison.Ordinal);
            Assert.Contains(said, failure.Message, StringComparison.Ordinal);
            Assert.Equal(0, under.Loader.Loads);
        }
    }

    [Theory]
    [InlineData("slerp.contxt", "Did you mean \"slerp.context\"?")]
    [InlineData("SLERP.Merge", "ChatOptions")]
    [InlineData("slerp.seeds", "Known: slerp.context")]
    public async Task OwnKeys_ThatMeanNothingOnContent_AreRefused_WithTheNearest(string key, string said)
    {
        foreach (var streaming in new[] { true, false })
        {
            foreach (var options in new[] { null, new ChatOptions { AdditionalProperties = new() { [SlerpProperties.Raw] = true } } })
            {
                using var under = new ClientUnderTest();
                ChatMessage[] messages = [Hello[0], new(ChatRole.User, [new TextContent("a"), new TextContent("b") { AdditionalProperties = new() { [key] = true } }])];
                var failure = await Assert.ThrowsAsync<ArgumentException>(() => under.AskAsync(streaming, messages, options));
                Assert.Contains($"messages[1].Contents[1].AdditionalProperties[\"{key}\"]", failure.Message, StringComparison.Ordinal);
                Assert.Contains(said, failure.Message, StringComparison.Ordinal);
                Assert.Equal(0, under.Loader.Loads);
            }
        }
    }

    [Fact]
    public async Task ContextMarkedOnTheMessage_IsSentToItsContent()
    {
        using var under = new ClientUnderTest();
        ChatMessage[] messages = [new(ChatRole.User, "passage") { AdditionalProperties = new() { [SlerpProperties.Context] = true } }];
        var failure = await Assert.ThrowsAsync<ArgumentException>(() => under.AskAsync(true, messages));
        Assert.Contains("messages[0].AdditionalProperties[\"slerp.context\"]", failure.Message, StringComparison.Ordinal);
        Assert.Contains("TextContent.AsContext()", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatAnAnswerSaid_MayComeBackWithTheHistory()
    {
        using var under = new ClientUnderTest();
        var first = await under.AskAsync(true);
        var said = Assert.Single(first.Messages);
        said.AdditionalProperties = first.AdditionalProperties!.Clone();
        Assert.Single(said.Contents).AdditionalProperties = first.AdditionalProperties.Clone();
        Assert.NotEmpty((await under.AskAsync(true, [Hello[0], said, Hello[0]])).Text);
    }

    [Fact]
    public async Task KeysOfOtherClients_AndOwnOnesInAnyCase_AreTaken()
    {
        using var under = new ClientUnderTest();
        await under.AskAsync(true, new ChatOptions { AdditionalProperties = new() { ["slerpy"] = 1, ["strict"] = true, ["SLERP.Tenant"] = "t", [new string('x', 10_000)] = 1 } });
        Assert.Equal("t", under.Engine.LastRequest.Tenant);
        await Assert.ThrowsAsync<ArgumentException>(() => under.AskAsync(true, new ChatOptions { AdditionalProperties = new() { ["slerp." + new string('x', 100_000)] = 1 } }));
    }

    [Fact]
    public async Task ToolSchema_ThatCannotBeKept_IsToldOnce()
    {
        using var under = new ClientUnderTest();
        var schema = JsonElement.Parse("""{"type":"object","properties":{"a":{"type":"string"}},"not":{"required":["a"]}}""");
        var options = new ChatOptions { Tools = [AIFunctionFactory.CreateDeclaration("odd", "", schema), AIFunctionFactory.Create((string city) => city, "plain")] };
        await under.AskAsync(true, options);
        await under.AskAsync(true, options);
        var warning = Assert.Single(under.Logger.Warnings);
        Assert.Contains("'odd'", warning, StringComparison.Ordinal);
        Assert.Contains("'not'", warning, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task Penalties_AreTheRequests_ElseTheClients_ElseTheCheckpoints(bool streaming)
    {
        using var under = new ClientUnderTest(configure: options => (options.Defaults.FrequencyPenalty, options.Defaults.RepetitionPenalty) = (0.25f, 1.5f));
        await under.AskAsync(streaming);
        Assert.Equal(new Penalties(0.25f, 0, 1.5f), under.Engine.LastRequest.Penalties);
        await under.AskAsync(streaming, new ChatOptions { FrequencyPenalty = 0, PresencePenalty = 1, AdditionalProperties = new() { [SlerpProperties.RepetitionPenalty] = 1.25 } });
        Assert.Equal(new Penalties(0, 1, 1.25f), under.Engine.LastRequest.Penalties);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task Schemas_AreTheRequestsOwn(bool streaming)
    {
        using var under = new ClientUnderTest();
        var gate = new TaskCompletionSource();
        under.Loader.Gate = gate.Task;
        var document = JsonDocument.Parse("""{"type":"object","title":"mine"}""");
        var tool = AIFunctionFactory.CreateDeclaration("f", "", document.RootElement);
        var asked = under.AskAsync(streaming, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(document.RootElement), Tools = [tool] });
        document.Dispose();
        gate.SetResult();
        await asked;
        var form = Assert.IsType<OutputForm.ToolCalls>(under.Engine.LastRequest.Output);
        Assert.Contains("mine", Assert.IsType<OutputForm.Json>(form.Otherwise).Schema.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("mine", Assert.Single(form.Tools).Parameters.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task Temperature0_IsGreedy_WhateverElseIsSet(bool streaming) => Assert.Equal(
        SamplingMode.Greedy.Instance, (await RequestAsync(streaming, new ChatOptions { Temperature = 0, TopP = 0.5f, TopK = 3 })).Sampling);

    [Fact]
    public async Task SamplingOptions_OverrideOneByOne()
    {
        var request = await RequestAsync(true, new ChatOptions { TopP = 1, TopK = 0, Seed = -5, AdditionalProperties = new() { ["min_p"] = 0.25 } });
        Assert.Equal(new SamplingMode.Stochastic(0.7f, 0, 1, 0.25f, -5), request.Sampling);
    }

    [Fact]
    public async Task AnySamplingOption_SamplesAGreedyCheckpoint()
    {
        var greedy = FakeEngine.Info(sampling: SamplingMode.Greedy.Instance);
        Assert.Equal(new SamplingMode.Stochastic(1, 5, 1, 0, 3), (await RequestAsync(true, new ChatOptions { TopK = 5, Seed = 3 }, greedy)).Sampling);
        Assert.Equal(SamplingMode.Greedy.Instance, (await RequestAsync(true, new ChatOptions { Seed = 3 }, greedy)).Sampling);
    }

    [Fact]
    public async Task ClientDefaults_StandBetweenRequestAndCheckpoint()
    {
        void Configure(SlerpChatClientOptions options)
        {
            options.Defaults.Temperature = 0.3f;
            options.Defaults.MaxOutputTokens = 50;
            options.Defaults.StopSequences = ["END"];
            options.Defaults.Seed = 9;
        }

        using var under = new ClientUnderTest(configure: Configure);
        await under.AskAsync(true);
        Assert.Equal(new SamplingMode.Stochastic(0.3f, 20, 0.8f, 0.05f, 9), under.Engine.LastRequest.Sampling);
        Assert.Equal(50, under.Engine.LastRequest.MaxOutputTokens);
        Assert.Equal(["END"], under.Engine.LastRequest.StopSequences);
        await under.AskAsync(true, new ChatOptions { Temperature = 0.9f, MaxOutputTokens = 5, StopSequences = [], Seed = 1 });
        Assert.Equal(new SamplingMode.Stochastic(0.9f, 20, 0.8f, 0.05f, 1), under.Engine.LastRequest.Sampling);
        Assert.Equal(5, under.Engine.LastRequest.MaxOutputTokens);
        Assert.Empty(under.Engine.LastRequest.StopSequences);
    }

    [Fact]
    public async Task NoSeed_IsAFreshOneEachTime_AndReported()
    {
        using var under = new ClientUnderTest();
        var first = (await under.AskAsync(true)).GetSlerpStatistics()!.Seed;
        Assert.Equal(first, Assert.IsType<SamplingMode.Stochastic>(under.Engine.LastRequest.Sampling).Seed);
        Assert.NotEqual(first, (await under.AskAsync(true)).GetSlerpStatistics()!.Seed);
    }

    public static TheoryData<string, float> OutOfRange => new()
    {
        { "Temperature", -0.1f }, { "Temperature", float.NaN }, { "Temperature", float.PositiveInfinity },
        { "TopP", 0 }, { "TopP", 1.01f }, { "TopP", float.NaN }, { "TopK", -1 },
        { "MaxOutputTokens", 0 }, { "MaxOutputTokens", -3 },
        { "FrequencyPenalty", float.NaN }, { "PresencePenalty", float.NegativeInfinity },
        { "min_p", 1 }, { "min_p", -0.5f }, { "repetition_penalty", 0 }, { "repetition_penalty", float.NaN },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public async Task ValueOutOfRange_IsRefusedByName(string name, float value)
    {
        var options = new ChatOptions();
        if (typeof(ChatOptions).GetProperty(name) is { } property)
        {
            property.SetValue(options, property.PropertyType == typeof(int?) ? (object)(int)value : value);
        }
        else
        {
            options.AdditionalProperties = new() { [name] = (double)value };
        }

        foreach (var streaming in new[] { true, false })
        {
            var refusal = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RequestAsync(streaming, options));
            Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Penalties_AreTheirOwn()
    {
        var options = new ChatOptions { FrequencyPenalty = 0.5f, PresencePenalty = -0.5f, AdditionalProperties = new() { ["repetition_penalty"] = 1.3 } };
        Assert.Equal(new Penalties(0.5f, -0.5f, 1.3f), (await RequestAsync(true, options)).Penalties);
    }

    public static TheoryData<object> Numbers => [0.5, 0.5f, 0.5m, "0.5", Json("0.5"), Json("\"0.5\"")];

    [Theory]
    [MemberData(nameof(Numbers), DisableDiscoveryEnumeration = true)]
    public async Task Number_InAnyDress_IsRead(object value)
    {
        var request = await RequestAsync(true, new ChatOptions { AdditionalProperties = new() { ["min_p"] = value } });
        Assert.Equal(0.5f, Assert.IsType<SamplingMode.Stochastic>(request.Sampling).MinP);
    }

    public static TheoryData<object> Truths => [true, "true", Json("true"), Json("\"True\"")];

    [Theory]
    [MemberData(nameof(Truths), DisableDiscoveryEnumeration = true)]
    public async Task Raw_InAnyDress_ContinuesTheTextAsItStands(object value)
    {
        var request = await RequestAsync(true, new ChatOptions { AdditionalProperties = new() { [SlerpProperties.Raw] = value } });
        Assert.Equal(new Prompt.Raw("Hi"), request.Prompt);
    }

    [Fact]
    public async Task RawPrompt_LeavesNothingOutInSilence()
    {
        var options = new ChatOptions { AdditionalProperties = new() { [SlerpProperties.Raw] = true } };
        using var under = new ClientUnderTest();
        await under.AskAsync(true, [new(ChatRole.User, [new TextContent("a"), new DataContent("b"u8.ToArray(), "text/plain")]), new(ChatRole.Assistant, "c")], options);
        Assert.Equal(new Prompt.Raw("abc"), under.Engine.LastRequest.Prompt);
        var failure = await Assert.ThrowsAsync<NotSupportedException>(
            () => under.AskAsync(true, [new(ChatRole.User, [new TextContent("a"), new DataContent(new byte[] { 1 }, "image/png")])], options));
        Assert.Contains("image/png", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("min_p", true)]
    [InlineData("min_p", "lots")]
    [InlineData("slerp.raw", 3)]
    [InlineData("slerp.tenant", 3)]
    [InlineData("no_repeat_ngram_size", 1.5)]
    public async Task PropertyOfTheWrongKind_IsRefusedByName(string key, object value) => Assert.Contains(
        key,
        (await Assert.ThrowsAsync<ArgumentException>(() => RequestAsync(true, new ChatOptions { AdditionalProperties = new() { [key] = value } }))).Message);

    [Fact]
    public async Task DateForANumber_IsRefusedByName() => await PropertyOfTheWrongKind_IsRefusedByName("min_p", new DateTime(2030, 1, 1));

    [Fact]
    public async Task UnknownProperties_AndNulls_AreIgnored() => await RequestAsync(
        true, new ChatOptions { AdditionalProperties = new() { ["other"] = new Dictionary<string, object>(), ["min_p"] = null, ["slerp.raw"] = Json("null") } });

    [Fact]
    public async Task NoRepeatNgramSize_IsRefused()
    {
        await RequestAsync(true, new ChatOptions { AdditionalProperties = new() { ["no_repeat_ngram_size"] = 0 } });
        await Assert.ThrowsAsync<NotSupportedException>(
            () => RequestAsync(true, new ChatOptions { AdditionalProperties = new() { ["no_repeat_ngram_size"] = 3 } }));
    }

    [Fact]
    public async Task Tenant_IsOnePerClient_OrTheRequests()
    {
        using var first = new ClientUnderTest();
        using var second = new ClientUnderTest();
        await first.AskAsync(true);
        await first.AskAsync(false);
        await second.AskAsync(true);
        Assert.Equal(first.Engine.Requests[0].Tenant, first.Engine.Requests[1].Tenant);
        Assert.NotEqual(first.Engine.Requests[0].Tenant, second.Engine.Requests[0].Tenant);
        await first.AskAsync(true, new ChatOptions { AdditionalProperties = new() { [SlerpProperties.Tenant] = "acme" } });
        Assert.Equal("acme", first.Engine.LastRequest.Tenant);
        await Assert.ThrowsAsync<ArgumentException>(() => first.AskAsync(
            true, new ChatOptions { AdditionalProperties = new() { [SlerpProperties.Tenant] = new string('x', 129) } }));
    }

    [Fact]
    public async Task StopSequences_AreCopiedWithoutEmptyOnes()
    {
        var stops = new[] { "a", "", "b" }.AsReadOnly();
        Assert.Equal(["a", "b"], (await RequestAsync(true, new ChatOptions { StopSequences = stops })).StopSequences);
        Assert.Equal(3, stops.Count);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task UnknownModelId_IsAnsweredByTheOwnModel_WithOneWarning(bool streaming)
    {
        using var under = new ClientUnderTest();
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("fake-1b", (await under.AskAsync(streaming, new ChatOptions { ModelId = "gpt-9" })).ModelId);
        }

        Assert.Contains("gpt-9", Assert.Single(under.Logger.Warnings));
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task UnknownModelId_WhereIdsAreStrict_IsRefused(bool streaming)
    {
        using var under = new ClientUnderTest(configure: options => (options.StrictModelId, options.ModelId) = (true, "alias"));
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => under.AskAsync(streaming, new ChatOptions { ModelId = "gpt-9" }));
        Assert.Contains("gpt-9", refusal.Message, StringComparison.Ordinal);
        await under.AskAsync(streaming, new ChatOptions { ModelId = "alias" });
        await under.AskAsync(streaming, new ChatOptions { ModelId = "fake-1b" });
        Assert.DoesNotContain(under.Logger.Warnings, warning => warning.StartsWith("Ignored", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ResponseFormat_IsTheFormOfTheAnswer()
    {
        Assert.IsType<OutputForm.FreeText>((await RequestAsync(true, new ChatOptions { ResponseFormat = ChatResponseFormat.Text })).Output);
        var any = Assert.IsType<OutputForm.Json>((await RequestAsync(true, new ChatOptions { ResponseFormat = ChatResponseFormat.Json })).Output);
        Assert.Equal("object", any.Schema.GetProperty("type").GetString());
        var request = await RequestAsync(true, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(Json("""{"type":"integer"}""")), Instructions = "Count." });
        Assert.Equal("integer", Assert.IsType<OutputForm.Json>(request.Output).Schema.GetProperty("type").GetString());
        var system = Assert.IsType<Prompt.Conversation>(request.Prompt).Turns[0];
        Assert.Equal(ChatTurnRole.System, system.Role);
        Assert.StartsWith("Count.", system.Parts[0].Text, StringComparison.Ordinal);
        Assert.Contains("\"integer\"", string.Concat(system.Parts.Select(part => part.Text)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReasoningEffort.None, "false")]
    [InlineData(ReasoningEffort.High, "true")]
    public async Task ReasoningEffort_IsATemplateVariable(ReasoningEffort effort, string expected)
    {
        var prompt = Assert.IsType<Prompt.Conversation>((await RequestAsync(true, new ChatOptions { Reasoning = new() { Effort = effort } })).Prompt);
        Assert.Equal(expected, prompt.Variables["enable_thinking"].GetRawText());
    }

    [Fact]
    public async Task NoReasoningEffort_LeavesTheTemplateAlone() =>
        Assert.Empty(Assert.IsType<Prompt.Conversation>((await RequestAsync(true, new ChatOptions { Reasoning = new() })).Prompt).Variables);

    [Fact]
    public async Task Tools_AreOfferedToTheTemplate()
    {
        var prompt = Assert.IsType<Prompt.Conversation>((await RequestAsync(true, new ChatOptions { Tools = [TestTools.Weather] })).Prompt);
        var tool = Assert.Single(prompt.Tools);
        Assert.Equal(("get_weather", "The weather of a city."), (tool.Name, tool.Description));
        Assert.Equal("object", tool.Parameters.GetProperty("type").GetString());
    }

    [Fact]
    public async Task ToolModeNone_OffersNone()
    {
        var prompt = Assert.IsType<Prompt.Conversation>(
            (await RequestAsync(true, new ChatOptions { Tools = [TestTools.Weather], ToolMode = ChatToolMode.None }, FakeEngine.Info(supportsTools: false))).Prompt);
        Assert.Empty(prompt.Tools);
    }

    [Fact]
    public async Task ToolModeNone_AndEarlierCallsWithoutTools_KeepCallsOutOfTheText()
    {
        var none = new ChatOptions { Tools = [TestTools.Weather], ToolMode = ChatToolMode.None };
        var text = Assert.IsType<OutputForm.TextWithoutCalls>((await RequestAsync(true, none)).Output);
        Assert.Equal("<tool_call>", text.Syntax.Open);
        none.ResponseFormat = ChatResponseFormat.Json;
        Assert.IsType<OutputForm.Json>((await RequestAsync(true, none)).Output);
        Assert.IsType<OutputForm.FreeText>((await RequestAsync(true, new ChatOptions { ToolMode = ChatToolMode.None })).Output);
        Assert.IsType<OutputForm.FreeText>((await RequestAsync(true, new ChatOptions { Tools = [TestTools.Weather], ToolMode = ChatToolMode.None }, FakeEngine.Info(template: "{{ tools }}"))).Output);
        using var under = new ClientUnderTest();
        await under.Client.GetResponseAsync([new(ChatRole.User, "Hi"), new(ChatRole.Assistant, [new FunctionCallContent("1", "f")]), new(ChatRole.Tool, [new FunctionResultContent("1", "2")])]);
        Assert.IsType<OutputForm.TextWithoutCalls>(under.Engine.LastRequest.Output);
    }

    [Fact]
    public async Task Tools_ForATemplateWithoutThem_AreRefused() => Assert.Contains(
        "fake-1b",
        (await Assert.ThrowsAsync<NotSupportedException>(
            () => RequestAsync(true, new ChatOptions { Tools = [TestTools.Weather] }, FakeEngine.Info(supportsTools: false)))).Message);

    [Fact]
    public async Task Tools_ForATemplateOfUnknownDialect_AreRefused() => await Assert.ThrowsAsync<NotSupportedException>(
        () => RequestAsync(true, new ChatOptions { Tools = [TestTools.Weather] }, FakeEngine.Info(template: "{{ tools }}")));

    [Fact]
    public async Task HostedTools_AreIgnoredWithOneWarning()
    {
        using var under = new ClientUnderTest(new FakeEngine { Model = FakeEngine.Info(supportsTools: false) });
        for (var i = 0; i < 2; i++)
        {
            await under.AskAsync(true, new ChatOptions { Tools = [new HostedWebSearchTool()] });
        }

        Assert.Contains("HostedWebSearchTool", Assert.Single(under.Logger.Warnings));
    }

    [Fact]
    public async Task RequiredTool_ThatIsNotOffered_IsRefused() => Assert.Contains(
        "missing",
        (await Assert.ThrowsAsync<InvalidOperationException>(
            () => RequestAsync(true, new ChatOptions { Tools = [TestTools.Weather], ToolMode = ChatToolMode.RequireSpecific("missing") }))).Message);

    [Fact]
    public async Task ToolMode_IsTheFormOfTheAnswer()
    {
        var auto = Calls(await RequestAsync(true, new ChatOptions { Tools = [TestTools.Weather] }));
        Assert.IsType<OutputForm.FreeText>(auto.Otherwise);
        Assert.Equal(0, auto.MaxCalls);
        var any = Calls(await RequestAsync(true, new ChatOptions { Tools = [TestTools.Weather], ToolMode = ChatToolMode.RequireAny, AllowMultipleToolCalls = false }));
        Assert.Null(any.Otherwise);
        Assert.Equal(1, any.MaxCalls);
        var specific = Calls(await RequestAsync(true, new ChatOptions { Tools = [TestTools.Weather], ToolMode = ChatToolMode.RequireSpecific("get_weather") }));
        Assert.Equal("get_weather", Assert.Single(specific.Tools).Name);
        var either = Calls(await RequestAsync(true, new ChatOptions { Tools = [TestTools.Weather], ResponseFormat = ChatResponseFormat.Json }));
        Assert.IsType<OutputForm.Json>(either.Otherwise);

        static OutputForm.ToolCalls Calls(GenerationRequest request) => Assert.IsType<OutputForm.ToolCalls>(request.Output);
    }

    [Fact]
    public async Task Raw_WithInstructionsOrTools_IsRefused()
    {
        var raw = new AdditionalPropertiesDictionary { [SlerpProperties.Raw] = true };
        await Assert.ThrowsAsync<InvalidOperationException>(() => RequestAsync(true, new ChatOptions { Instructions = "x", AdditionalProperties = raw }));
        await Assert.ThrowsAsync<InvalidOperationException>(() => RequestAsync(true, new ChatOptions { Tools = [TestTools.Weather], AdditionalProperties = raw }));
    }

    [Fact]
    public async Task ModelWithoutTemplate_TakesRawPromptsOnly()
    {
        var bare = FakeEngine.Info(supportsTools: false, template: null);
        Assert.Contains("slerp.raw", (await Assert.ThrowsAsync<NotSupportedException>(() => RequestAsync(true, null, bare))).Message);
        await RequestAsync(true, new ChatOptions { AdditionalProperties = new() { [SlerpProperties.Raw] = true } }, bare);
    }

    [Fact]
    public async Task ContinuationToken_IsRefused()
    {
#pragma warning disable MEAI001 // Experimental in the abstractions.
        var options = new ChatOptions { ContinuationToken = ResponseContinuationToken.FromBytes(new byte[] { 1 }) };
#pragma warning restore MEAI001
        await Assert.ThrowsAsync<NotSupportedException>(() => RequestAsync(true, options));
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task CallersOptionsAndMessages_AreNotChanged(bool streaming)
    {
        var options = new ChatOptions
        {
            Instructions = "i",
            Temperature = 0.5f,
            StopSequences = ["s", ""],
            Tools = [TestTools.Weather],
            ToolMode = ChatToolMode.Auto,
            AdditionalProperties = new() { ["min_p"] = 0.1 },
        };
        ChatMessage[] messages = [new(ChatRole.System, "s"), new(ChatRole.User, "u")];
        string Snapshot() => JsonSerializer.Serialize(new object[] { options.StopSequences!, options.AdditionalProperties!, messages, options.Instructions!, options.Tools!.Count }, AIJsonUtilities.DefaultOptions);
        var before = Snapshot();
        using var under = new ClientUnderTest();
        await under.AskAsync(streaming, messages, options);
        await under.AskAsync(streaming, messages, options);
        Assert.Equal(before, Snapshot());
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task Messages_AreEnumeratedOnce(bool streaming)
    {
        var enumerations = 0;
        IEnumerable<ChatMessage> Messages()
        {
            enumerations++;
            yield return Hello[0];
        }

        using var under = new ClientUnderTest();
        await under.AskAsync(streaming, Messages());
        Assert.Equal(1, enumerations);
    }

    [Fact]
    public async Task DerivedOptions_AreRead() => Assert.Equal(7, (await RequestAsync(true, new KernelLikeOptions { MaxOutputTokens = 7 })).MaxOutputTokens);

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static async Task<GenerationRequest> RequestAsync(bool streaming, ChatOptions? options, ModelInfo? model = null)
    {
        using var under = new ClientUnderTest(new FakeEngine { Model = model ?? FakeEngine.Info() });
        await under.AskAsync(streaming, Hello, options);
        return under.Engine.LastRequest;
    }

    private sealed class KernelLikeOptions : ChatOptions;

    private sealed class NamedFunction(string name) : AIFunctionDeclaration
    {
        public override string Name => name;
    }
}
