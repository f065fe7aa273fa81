using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Slerp.Connector;
using Slerp.Tests.Shared;

namespace Slerp.Integration.Tests.Connector;

/// <summary>From the registration to the text, on a real trained checkpoint.</summary>
public sealed class ChatClientTests : IAsyncLifetime
{
    private ServiceProvider? _provider;

    private IChatClient Client => _provider!.GetRequiredService<IChatClient>();

    public Task InitializeAsync()
    {
        if (SharedData.Root is not null)
        {
            var services = new ServiceCollection();
            services.AddSlerpChatClient(options => (options.ModelPath, options.Engine.Threads) = (StoriesGolden.Folder, TestThreads.Two));
            _provider = services.BuildServiceProvider();
        }

        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        if (_provider is not null)
        {
            await _provider.DisposeAsync();
        }
    }

    [SharedDataTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GreedyText_IsTheGoldenText(bool streaming)
    {
        foreach (var story in StoriesGolden.ReadAll())
        {
            var options = Raw(temperature: 0, maxTokens: story.Case.Continuation.Length);
            var response = await AskAsync(streaming, story.Prompt, options);
            Assert.Equal(story.Answer.Trim(), response.Text.Trim());
            Assert.Equal(story.Case.Ids.Length, response.Usage!.InputTokenCount);
        }
    }

    [SharedDataFact]
    public async Task SixteenAtOnce_SayWhatEachSaysAlone_WhileOthersAreCancelled()
    {
        var alone = new List<string>();
        for (var i = 0; i < 16; i++)
        {
            alone.Add((await AskAsync(i % 2 == 0, Prompt(i), Sampled(i))).Text);
        }

        using var cancellation = new CancellationTokenSource();
        var leaving = Enumerable.Range(0, 8).Select(i => LeaveAfterAsync(i, cancellation)).ToArray();
        var together = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => AskAsync(i % 2 == 1, Prompt(i), Sampled(i))));
        await Task.WhenAll(leaving);
        Assert.Equal(alone, together.Select(response => response.Text));
        Assert.True(alone.Distinct().Count() > 8);
    }

    [SharedDataFact]
    public async Task StopSequence_EndsTheAnswerAndIsNotPartOfIt()
    {
        var options = Raw(temperature: 0, maxTokens: 100);
        options.StopSequences = ["Lily. She"];
        var response = await AskAsync(true, "Once upon a time", options);
        Assert.Equal(", there was a little girl named", response.Text.TrimEnd());
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    private static string Prompt(int i) => new[] { "Once upon a time", "The dog", "Lily and Ben", "One day a bird" }[i % 4] + new string('!', i / 4);

    private static ChatOptions Sampled(int i)
    {
        var options = Raw(temperature: 1, maxTokens: 40);
        options.Seed = i;
        return options;
    }

    private static ChatOptions Raw(float temperature, int maxTokens) => new()
    {
        Temperature = temperature,
        MaxOutputTokens = maxTokens,
        AdditionalProperties = new AdditionalPropertiesDictionary { [SlerpProperties.Raw] = true },
    };

    private Task<ChatResponse> AskAsync(bool streaming, string prompt, ChatOptions options) => streaming
        ? Client.GetStreamingResponseAsync(prompt, options).ToChatResponseAsync()
        : Client.GetResponseAsync(prompt, options);

    /// <summary>Half of the leavers break off after some updates, half are cancelled.</summary>
    private async Task LeaveAfterAsync(int updates, CancellationTokenSource cancellation)
    {
        try
        {
            await foreach (var update in Client.GetStreamingResponseAsync(Prompt(updates), Sampled(99), cancellation.Token))
            {
                if (updates-- == 0)
                {
                    break;
                }
            }

            await cancellation.CancelAsync();
        }
        catch (OperationCanceledException cancelled)
        {
            Assert.True(cancelled.CancellationToken.IsCancellationRequested);
        }
    }
}
