namespace Slerp.Engine.Drafting.MlpSpeculator;

/// <summary>A guessed token and, where its path was followed, the guesses after it.</summary>
/// <param name="Token">The token.</param>
/// <param name="Stage">The stage that guessed it; -1 for the root.</param>
/// <param name="Rank">Its rank among its siblings.</param>
/// <param name="Predicted">The chance the network gave it, after its parent.</param>
/// <param name="Weight">The product of the corrected chances along its path.</param>
internal record struct GuessNode(int Token, int Stage, int Rank, float Predicted, double Weight)
{
    /// <summary>Index of its first child; children follow one another.</summary>
    public int FirstChild { get; set; }

    /// <summary>Number of children; 0 where its path was not followed.</summary>
    public int Children { get; set; }
}
