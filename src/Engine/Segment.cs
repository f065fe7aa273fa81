namespace Slerp.Engine;

/// <summary>A run of the answer, handed over by <see cref="Generation.NextAsync"/>. Not visible to the user until accepted.</summary>
/// <param name="Text">Complete characters only; may be empty on the last segment.</param>
/// <param name="Tokens">Tokens the run is made of.</param>
/// <param name="Finish">Why the answer ended, on the last segment; null before.</param>
public sealed record Segment(string Text, int Tokens, FinishReason? Finish);
