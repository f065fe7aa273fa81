using Slerp.Engine.Steps;

namespace Slerp.Engine.Drafting;

/// <summary>What a drafter may know of a sequence. Implemented by the sequence; engine thread only.</summary>
internal interface IDraftContext
{
    /// <summary>All tokens known: prompt and answer so far. The last one is the root of the next tree. Rows of a prompt that come as embeddings have none.</summary>
    ReadOnlySpan<int> Tokens { get; }

    /// <summary>Whose request it is: what is learned from it serves no other tenant, unless the application says so.</summary>
    string Tenant { get; }

    /// <summary>Whether its answer has come to its own end: neither cancelled nor failed.</summary>
    bool HasEnded { get; }

    /// <summary>Its slot in the target's KV cache, whose rows are those of all tokens but the last.</summary>
    int Slot { get; }

    /// <summary>Absolute position of the token after the last known one: further than <see cref="Tokens"/> are many where some rows have no ids.</summary>
    int Position { get; }

    /// <summary>Leading tokens that belong to the prompt.</summary>
    int PromptTokens { get; }

    /// <summary>Tokens the answer may still have.</summary>
    int TokensLeft { get; }

    /// <summary>The target's own choice from a row: its sampling and the draw of the position, so that a drafter that samples agrees as often as it can.</summary>
    /// <param name="output">Rows of the drafter's own model.</param>
    /// <param name="row">The row.</param>
    /// <param name="position">Absolute position of the token to choose.</param>
    int Pick(StepOutput output, int row, int position);
}
