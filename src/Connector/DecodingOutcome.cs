using Slerp.Engine;

namespace Slerp.Connector;

/// <summary>How the accelerated part of an answer ended: what the resilience pipeline of a request sees. Immutable.</summary>
/// <remarks>One for each request. The text itself does not pass through the pipeline: what was accepted has been handed out and is never taken back.</remarks>
public sealed record DecodingOutcome
{
    /// <summary>The answer is complete.</summary>
    public static DecodingOutcome Completed { get; } = new();

    /// <summary>Why vanilla decoding has to go on; null where the answer is complete.</summary>
    public FallbackReason? Reason { get; init; }

    /// <summary>Where it failed: the prompt, where a check of it spoke, before a token was decoded.</summary>
    public FaultStage Stage { get; init; }

    /// <summary>The check that spoke; null where none did.</summary>
    public string? Check { get; init; }

    /// <summary>Tokens accepted before it.</summary>
    public int AcceptedTokens { get; init; }

    /// <summary>What failed; null where it was a judgement.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Whether the answer is complete.</summary>
    public bool IsCompleted => Reason is null;

    /// <summary>Whether it says something of the strategy: not where nothing was merged or judged.</summary>
    public bool IsJudged { get; init; } = true;
}
