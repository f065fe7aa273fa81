using Slerp.Engine.Drafting;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Tests.Doubles;

/// <summary>A text that a drafter drafts for, chosen greedily.</summary>
internal sealed class TextContext(int slot, params IEnumerable<int> tokens) : IDraftContext
{
    private int[] _tokens = [.. tokens];

    public ReadOnlySpan<int> Tokens => _tokens;

    public string Tenant { get; init; } = "";

    public bool HasEnded { get; set; }

    public int Slot => slot;

    public int RowsWithoutIds { get; init; }

    public int Position => _tokens.Length + RowsWithoutIds;

    public int PromptTokens { get; init; }

    public int TokensLeft => 1000;

    public int Pick(StepOutput output, int row, int position) => output.ArgMax(row);

    public void Append(params ReadOnlySpan<int> tokens) => _tokens = [.. _tokens, .. tokens];
}
