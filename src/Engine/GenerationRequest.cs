namespace Slerp.Engine;

/// <summary>One fully resolved request: nothing in it means "default". Immutable.</summary>
public sealed record GenerationRequest
{
    /// <summary>What is continued.</summary>
    public required Prompt Prompt { get; init; }

    /// <summary>How tokens are chosen.</summary>
    public required SamplingMode Sampling { get; init; }

    /// <summary>Corrections for repeated tokens.</summary>
    public required Penalties Penalties { get; init; }

    /// <summary>Most tokens of the answer, at least 1; what the context cannot hold is cut off with finish reason length.</summary>
    public required int MaxOutputTokens { get; init; }

    /// <summary>Texts that end the answer and are not part of it, in its text alone: none ends reasoning, JSON or a tool call. Empty texts are ignored.</summary>
    public required IReadOnlyList<string> StopSequences { get; init; }

    /// <summary>What form the answer must have.</summary>
    public required OutputForm Output { get; init; }

    /// <summary>How the model marks its reasoning: no call begins within it, and a form that allows no text is kept after it.</summary>
    /// <value>It has no such marks.</value>
    public ReasoningSyntax? Reasoning { get; init; }

    /// <summary>Whether an answer kept to a form that allows no text may begin with reasoning, where the prompt has neither begun nor ended it.</summary>
    /// <value>true: what the model writes first decides.</value>
    public bool MayReason { get; init; } = true;

    /// <summary>The drafter: a name of <see cref="EngineCatalog.Drafters"/>. It changes the speed of an answer, never its text.</summary>
    public required string Drafter { get; init; }

    /// <summary>Whether and how tokens are merged. Lossy.</summary>
    /// <value>No merging.</value>
    public MergingMode Merging { get; init; } = MergingMode.None.Instance;

    /// <summary>Whose request it is: part of every cache key. At most 128 characters.</summary>
    public required string Tenant { get; init; }

    /// <summary>What judges the answer.</summary>
    /// <value>Nothing.</value>
    public QualityGate Gate { get; init; } = QualityGate.None;
}
