namespace Slerp.Engine.Templates.Jinja;

/// <summary>What one rendering may spend.</summary>
/// <param name="Steps">Nodes evaluated, items visited, values compared. At 2,000,000 a rendering ends within a second on a slow core.</param>
/// <param name="Characters">Characters written into any string, intermediate ones included; bounds memory at two bytes each.</param>
/// <param name="Depth">Nested evaluations, macro calls included. Measured to fit a 1 MB stack several times over.</param>
internal sealed record RenderLimits(long Steps, long Characters, int Depth)
{
    /// <summary>The limits of a rendering whose conversation holds <paramref name="inputCharacters"/> characters.</summary>
    public static RenderLimits For(long inputCharacters) =>
        new(2_000_000 + (4 * inputCharacters), 32_000_000 + (32 * inputCharacters), DefaultDepth);

    /// <summary>Limits for the small conversations that probe a template when it is loaded.</summary>
    public static RenderLimits Probe { get; } = new(100_000, 2_000_000, DefaultDepth);

    private const int DefaultDepth = 400;
}
