namespace Slerp.Engine;

/// <summary>Texts as vectors.</summary>
/// <param name="Vectors">One vector of length 1 for each text, in order; as wide as the model.</param>
/// <param name="InputTokens">Tokens read.</param>
public sealed record EmbeddingResult(IReadOnlyList<ReadOnlyMemory<float>> Vectors, int InputTokens);
