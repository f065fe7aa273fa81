namespace Slerp.Engine.Tokenizers;

/// <summary>A range of a prompt that came from outside the template: inside it no added token is ever matched.</summary>
/// <param name="Start">The first UTF-16 position of the range.</param>
/// <param name="Length">How many UTF-16 units the range holds.</param>
internal readonly record struct ContentSpan(int Start, int Length)
{
    /// <summary>The position after the range.</summary>
    public int End => Start + Length;
}
