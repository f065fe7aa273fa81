using Microsoft.Extensions.AI;
using Slerp.Engine;

namespace Slerp.Benchmarks.Speculation;

/// <summary>One way of choosing tokens that drafters must leave alone.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Temperature">0 is greedy.</param>
/// <param name="TopP">Share of probability kept.</param>
/// <param name="Penalties">Corrections for repeated tokens.</param>
internal sealed record IdentityMode(string Name, float Temperature, float TopP, Penalties Penalties)
{
    /// <summary>Greedy, and two that sample.</summary>
    public static IReadOnlyList<IdentityMode> All { get; } =
    [
        new("greedy", 0, 1, Penalties.None), new("0.7", 0.7f, 0.9f, new Penalties(0.3f, 0.15f, 1.1f)), new("1.0", 1, 0.95f, new Penalties(0.2f, 0.1f)),
    ];

    /// <summary>A request.</summary>
    public GenerationRequest Request(TaskPrompt prompt, string drafter, int tokens, long seed, bool isRaw) => new()
    {
        Prompt = isRaw
            ? new Prompt.Raw(prompt.Messages[^1].Text)
            : new Prompt.Conversation(
                [.. prompt.Messages.Select(static message => ChatTurn.FromText(message.Role == ChatRole.System ? ChatTurnRole.System : ChatTurnRole.User, message.Text))],
                [],
                new Dictionary<string, System.Text.Json.JsonElement>()),
        Sampling = Temperature == 0 ? SamplingMode.Greedy.Instance : new SamplingMode.Stochastic(Temperature, 0, TopP, 0, seed),
        Penalties = Penalties,
        MaxOutputTokens = tokens,
        StopSequences = [],
        Output = OutputForm.FreeText.Instance,
        Drafter = drafter,
        Tenant = "",
    };
}
