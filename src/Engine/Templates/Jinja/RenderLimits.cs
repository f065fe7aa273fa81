namespace Slerp.Engine.Templates.Jinja;

/// <summary>What one rendering may spend.</summary>
/// <param name="Steps">Nodes evaluated, items visited, values compared. A million take a fraction of a second on a slow core.</param>
/// <param name="Characters">Characters written into any string, intermediate ones included; bounds memory at two bytes each.</param>
/// <param name="OutputCharacters">The length of the prompt.</param>
/// <param name="Depth">Nested evaluations, macro calls included; a 1 MB stack holds it.</param>
/// <param name="InputCharacters">Characters of the conversation, from which the limits follow.</param>
/// <param name="Turns">Its turns.</param>
internal sealed record RenderLimits(long Steps, long Characters, long OutputCharacters, int Depth, long InputCharacters = 0, int Turns = 0)
{
    private const int DefaultDepth = 400;

    /// <summary>Limits for the small conversations that probe a template when it is loaded.</summary>
    public static RenderLimits Probe { get; } = new(100_000, 1_000_000, 1_000_000, DefaultDepth);

    /// <summary>The limits of a rendering: a fixed part that published templates use a hundredth of, and a share for each turn (templates that
    /// look back from every turn are common) and each character of the conversation.</summary>
    public static RenderLimits For(long inputCharacters, int turns = 0) => new(
        1_000_000 + (1_000L * turns) + (8 * inputCharacters),
        8_000_000 + (32 * inputCharacters),
        1_000_000 + (8 * inputCharacters),
        DefaultDepth,
        inputCharacters,
        turns);

    /// <summary>What the limits are for, in words.</summary>
    public string Conversation =>
        Turns == 0 ? "a small conversation" : $"a conversation of {Turns:N0} turns and {InputCharacters:N0} characters";
}
