using Microsoft.Extensions.AI;
using Slerp.Connector;

namespace Slerp.Benchmarks.Gate;

/// <summary>How an answer is decoded that something strikes.</summary>
/// <param name="Merge">What is merged: none, prompt or incremental.</param>
/// <param name="Drafter">What drafts.</param>
internal sealed record DrillWay(string Merge, string Drafter)
{
    /// <summary>Whether it can cost quality.</summary>
    public bool IsLossy => Merge != "none";

    /// <summary>A question over a passage, judged.</summary>
    public (IReadOnlyList<ChatMessage> Messages, ChatOptions Options) Request(string passage, string question, int tokens)
    {
        var options = GateOptions.Of(tokens, Merge switch { "none" => null, "prompt" => new MergedWay(0.25), _ => new MergedWay(0) }, IsLossy ? "lossy" : "always");
        options.AdditionalProperties![SlerpProperties.Merge] = Merge;
        options.AdditionalProperties[SlerpProperties.Drafter] = Drafter;
        if (Merge == "incremental")
        {
            // As published: of the prompt nearly all is merged, and of a short answer something.
            options.AdditionalProperties[SlerpProperties.MergeKeepFirst] = 2;
            options.AdditionalProperties[SlerpProperties.MergeMinimum] = 8;
            options.AdditionalProperties[SlerpProperties.MergeKeepLast] = 4;
        }

        return ([new ChatMessage(ChatRole.User, [new TextContent(passage).AsContext(), new TextContent(question)])], options);
    }
}
