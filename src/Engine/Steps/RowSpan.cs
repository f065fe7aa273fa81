namespace Slerp.Engine.Steps;

/// <summary>A run of rows.</summary>
/// <param name="Start">The first.</param>
/// <param name="Length">How many.</param>
internal readonly record struct RowSpan(int Start, int Length)
{
    /// <summary>The row after the last.</summary>
    public int End => Start + Length;

    /// <summary>Whether a row lies in it.</summary>
    public bool Contains(int row) => row >= Start && row < End;
}
