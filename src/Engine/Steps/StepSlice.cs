namespace Slerp.Engine.Steps;

/// <summary>One sequence's part of a step.</summary>
/// <param name="Slot">The sequence's slot in the KV cache.</param>
/// <param name="Tree">What it runs; owned by the sequence and unchanged until the step is committed.</param>
/// <param name="Wanted">Which rows are carried to the end.</param>
/// <param name="PromptTokens">Length of its prompt: the dynamic rope scaling of a row depends on max(prompt, position + 1).</param>
internal readonly record struct StepSlice(int Slot, TokenTree Tree, WantedRows Wanted, int PromptTokens)
{
    /// <summary>Rows carried to the end.</summary>
    public int WantedCount => Wanted switch
    {
        WantedRows.None => 0,
        WantedRows.Last => 1,
        _ => Tree.Count,
    };
}
