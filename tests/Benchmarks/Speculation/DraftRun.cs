using Microsoft.Extensions.AI;
using Slerp.Benchmarks.Measuring;
using Slerp.Connector;
using Slerp.Engine;

namespace Slerp.Benchmarks.Speculation;

/// <summary>One answer with one drafter: its text and what it took.</summary>
/// <param name="Text">The text.</param>
/// <param name="Finish">Why it ended.</param>
/// <param name="Statistics">What it took.</param>
internal sealed record DraftRun(string Text, ChatFinishReason? Finish, SlerpStatistics Statistics)
{
    /// <summary>The name of decoding without a drafter.</summary>
    public const string Vanilla = "vanilla";

    /// <summary>Tokens of the answer.</summary>
    public required int[] Ids { get; init; }

    /// <summary>Seconds from the first token to the last.</summary>
    public double Decode => Statistics.DecodeTime.TotalSeconds;

    /// <summary>Seconds from the first step to the last token.</summary>
    public double EndToEnd => Decode + Statistics.PrefillTime.TotalSeconds;

    /// <summary>Answers a prompt greedily.</summary>
    public static async Task<DraftRun> RunAsync(ChatBench chat, TaskPrompt prompt, string drafter, int tokens, CancellationToken cancellationToken)
    {
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = tokens, AdditionalProperties = new() { [SlerpProperties.Drafter] = drafter } };
        var engine = chat.Client.GetRequiredService<SlerpEngine>();
        int[] ids = [];
        // Who asks for drafts alone runs no vanilla answers, and pays with plain steps for knowing what they cost.
        engine.LearnsPrices = drafter != Vanilla;
        engine.Answered = answer => ids = answer.ToArray();
        var response = await chat.Client.GetResponseAsync(prompt.Messages, options, cancellationToken);
        return new DraftRun(
            response.Text,
            response.FinishReason,
            response.GetSlerpStatistics() ?? throw new InvalidOperationException("The response carries no statistics: it is not this client's."))
        {
            Ids = ids,
        };
    }
}
