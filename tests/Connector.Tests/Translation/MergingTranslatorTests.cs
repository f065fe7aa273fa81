using System.Text.Json;
using Microsoft.Extensions.AI;
using Slerp.Connector.Options;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;

namespace Slerp.Connector.Tests.Translation;

/// <summary>How a request asks for merging, and what is refused by name.</summary>
public sealed class MergingTranslatorTests
{
    public static TheoryData<object, bool> Switches => new()
    {
        { true, true }, { "true", true }, { "prompt", true }, { "Prompt", true }, { SlerpMergingMode.Prompt, true }, { Json("true"), true }, { Json("\"prompt\""), true },
        { false, false }, { "none", false }, { Json("false"), false }, { SlerpMergingMode.None, false },
    };

    [Fact]
    public async Task NothingSaid_IsNoMerging() => Assert.Same(MergingMode.None.Instance, (await RequestAsync([])).Merging);

    [Theory]
    [MemberData(nameof(Switches), DisableDiscoveryEnumeration = true)]
    public async Task Switch_InAnyDress_IsRead(object value, bool merges)
    {
        var expected = merges ? Prompt(0.5, MergePairing.Blind.Instance, MergePositions.Mean) : (MergingMode)MergingMode.None.Instance;
        Assert.Equal(expected, (await RequestAsync(new() { [SlerpProperties.Merge] = value })).Merging);
        Assert.Equal(expected, (await RequestAsync(new() { [SlerpProperties.Merge] = value }, options => options.Defaults.Merging.Mode = SlerpMergingMode.Prompt)).Merging);
    }

    [Fact]
    public async Task Request_OverridesTheDefaultsOneByOne()
    {
        static void Configure(SlerpChatClientOptions options) =>
            options.Defaults.Merging = new SlerpMergingOptions { Mode = SlerpMergingMode.Prompt, Cutoff = 0.5, Threshold = 0.8f, Positions = MergePositions.Compressed };
        Assert.Equal(Prompt(0.5, new MergePairing.Similar(0.8f), MergePositions.Compressed), (await RequestAsync([], Configure)).Merging);
        Assert.Equal(
            Prompt(0.125, new MergePairing.Similar(0.9f), MergePositions.Mean),
            (await RequestAsync(new() { ["slerp.merge.cutoff"] = 0.125, ["slerp.merge.threshold"] = "0.9", ["slerp.merge.positions"] = "mean" }, Configure)).Merging);
    }

    [Fact]
    public async Task Incremental_DecodesWithoutADraft()
    {
        var request = await RequestAsync(new()
        {
            ["slerp.merge"] = "incremental",
            ["slerp.merge.keep_first"] = 3,
            ["slerp.merge.minimum"] = 100L,
            ["slerp.merge.keep_last"] = Json("32"),
        });
        Assert.Equal(new MergingMode.Incremental(new MergeCutoff.Share(0.5), 3, 100, 32, MergePositions.Mean), request.Merging);
        Assert.Equal("vanilla", request.Drafter);
        var refusal = await Assert.ThrowsAsync<NotSupportedException>(() => RequestAsync(new() { ["slerp.merge"] = "incremental", ["slerp.drafter"] = "recycling" }));
        Assert.Contains("recycling", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("slerp.merge", "yes")]
    [InlineData("slerp.merge", 1)]
    [InlineData("slerp.merge.cutoff", 1.5)]
    [InlineData("slerp.merge.cutoff", "deep")]
    [InlineData("slerp.merge.threshold", -2.0)]
    [InlineData("slerp.merge.positions", "left")]
    [InlineData("slerp.merge.variant", "whole")]
    public async Task WhatIsNoValue_IsRefusedByName(string key, object value)
    {
        var properties = new AdditionalPropertiesDictionary { ["slerp.merge"] = true };
        properties[key] = value;
        Assert.Contains(key, (await Assert.ThrowsAnyAsync<ArgumentException>(() => RequestAsync(properties))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_OutOfRange_AreFaults()
    {
        var merging = new SlerpMergingOptions { Cutoff = 2, Threshold = 3, KeepLast = 0, Mode = (SlerpMergingMode)9 };
        var failures = new SlerpChatClientOptionsValidator().Validate(null, new SlerpChatClientOptions { Defaults = { Merging = merging } }).Failures!.ToList();
        foreach (var name in (string[])["Cutoff", "Threshold", "KeepLast", "Mode"])
        {
            Assert.Contains(failures, failure => failure.Contains(name, StringComparison.Ordinal));
        }

        var contradiction = new SlerpMergingOptions { Mode = SlerpMergingMode.Prompt, Variant = MergeVariant.Reference, Threshold = 0.5f };
        Assert.True(new SlerpChatClientOptionsCrossValidator().Validate(null, new SlerpChatClientOptions { Defaults = { Merging = contradiction } }).Failed);
    }

    private static MergingMode.PromptOnly Prompt(double cutoff, MergePairing pairing, MergePositions positions) =>
        new(new MergeCutoff.Share(cutoff), pairing, positions, MergeVariant.PerRow);

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement.Clone();

    private static async Task<GenerationRequest> RequestAsync(AdditionalPropertiesDictionary properties, Action<SlerpChatClientOptions>? configure = null)
    {
        using var under = new ClientUnderTest(configure: configure);
        await under.AskAsync(true, new ChatOptions { AdditionalProperties = properties });
        return under.Engine.LastRequest;
    }
}
