using Slerp.Engine.Constraints.Grammars;

namespace Slerp.Engine.Constraints;

/// <summary>What one answer must be, over one vocabulary. States are values: each node of a token tree holds its own.</summary>
/// <remarks>Immutable itself; as thread-safe as its vocabulary, that is, for the engine's thread.</remarks>
/// <param name="grammar">What the answer must be.</param>
/// <param name="vocabulary">The tokens it is written in.</param>
/// <param name="limits">Bounds, as given to the schema compiler.</param>
internal sealed class Constraint(Grammar grammar, ConstraintVocabulary vocabulary, SchemaLimits limits)
{
    /// <summary>Whether it only refuses, now and then: a token is chosen freely and asked about afterwards, so that an answer of which nothing is refused is the one without a constraint.</summary>
    public bool OnlyRefuses { get; init; }

    /// <summary>The state before the first token.</summary>
    public ConstraintState Start { get; } = grammar.Start(limits);

    /// <summary>The state after a token, or null where it is not allowed.</summary>
    public ConstraintState? Next(ConstraintState state, int token) => vocabulary.Next(state, token);

    /// <summary>The tokens that may come next, end tokens included where the answer is complete.</summary>
    public TokenMask Allowed(ConstraintState state) => vocabulary.Allowed(state);

    /// <summary>What a token leaves of free text.</summary>
    /// <param name="before">The state before it.</param>
    /// <param name="token">The token, which that state allows.</param>
    /// <param name="after">The state after it.</param>
    public CallBoundary Boundary(ConstraintState before, int token, ConstraintState after) => after.IsFreeText
        ? new CallBoundary(after.TriggerLength, Start: null)
        : new CallBoundary(0, before.IsFreeText ? vocabulary.FreeBytes(before, token) : 0);

    /// <summary>A token that ends an answer; null where the vocabulary has none.</summary>
    public int? EndToken => vocabulary.EndToken;

    /// <summary>Whether the answer may end here.</summary>
    public static bool IsComplete(ConstraintState state) => state.IsComplete;

    /// <summary>Whether the answer can be completed in so many tokens by <see cref="Completion"/>.</summary>
    /// <remarks>
    /// A decoder that closes an answer before its token limit asks this of the state after every token it is about to take; where the answer is
    /// no, it takes the completion of the state before, whole, instead.
    /// </remarks>
    public bool FitsWithin(ConstraintState state, int tokens) => state.Completion().Count <= tokens || Completion(state).Count <= tokens;

    /// <summary>Tokens that complete the answer, nearly as few as possible; empty where it is complete.</summary>
    public IReadOnlyList<int> Completion(ConstraintState state) => vocabulary.Completion(state);
}
