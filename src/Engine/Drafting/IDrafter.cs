namespace Slerp.Engine.Drafting;

/// <summary>Guesses the next tokens of sequences. A guess can cost time, never change a token: the verifier judges.</summary>
/// <remarks>
/// One instance serves all sequences of an engine and owns what they share. Engine thread only. One that throws is an empty draft and a counted
/// fault; the sequence goes on without it.
/// </remarks>
internal interface IDrafter : IDisposable
{
    /// <summary>The name as configuration spells it.</summary>
    string Name { get; }

    /// <summary>Whether it weighs drafts by what rows cost: one that does not need not give way to the plain steps that tell.</summary>
    bool UsesPrices => true;

    /// <summary>Starts to draft for a sequence.</summary>
    DraftSession Open(IDraftContext context);

    /// <summary>Adds nodes to the trees of all sequences that draft in this step. Adding none is legal. Siblings must differ.</summary>
    /// <param name="tasks">One for each sequence, with sessions this drafter opened.</param>
    /// <param name="plainRows">Rows the step runs without any draft: what the price of a further row depends on.</param>
    void Propose(ReadOnlySpan<DraftTask> tasks, int plainRows);
}
