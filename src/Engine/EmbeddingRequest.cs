namespace Slerp.Engine;

/// <summary>Texts to turn into vectors. Immutable.</summary>
public sealed record EmbeddingRequest
{
    /// <summary>The texts, encoded as they stand: no chat template, no control tokens in them.</summary>
    public required IReadOnlyList<string> Texts { get; init; }

    /// <summary>How the hidden states of a text become one vector.</summary>
    /// <value>Their mean.</value>
    public Pooling Pooling { get; init; } = Pooling.Mean;
}
