using System.Runtime.CompilerServices;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>Counts what a rendering spends, and words its failures. Everything that loops, copies text or recurses asks here first.</summary>
/// <param name="limits">What it may spend.</param>
/// <param name="cancellation">Asked at every step.</param>
internal sealed class RenderBudget(RenderLimits limits, CancellationToken cancellation = default)
{
    private long steps;
    private long characters;
    private int depth;

    public RenderLimits Limits => limits;

    /// <summary>The template line being evaluated; 0 before the first.</summary>
    public int Line { get; set; }

    public void Step(long count = 1)
    {
        cancellation.ThrowIfCancellationRequested();
        steps += count;
        if (count < 0 || steps > limits.Steps)
        {
            throw Fail($"rendering needs more than {limits.Steps:N0} steps, the limit for {limits.Conversation}. Shorten the loops of the template or the conversation.");
        }
    }

    /// <summary>Pays for a string of <paramref name="count"/> characters before it is made.</summary>
    public void Characters(long count)
    {
        characters += count;
        if (count < 0 || characters > limits.Characters)
        {
            throw Fail($"rendering writes more than {limits.Characters:N0} characters, the limit for {limits.Conversation}. Send fewer turns, or shorten the strings the template builds.");
        }
    }

    /// <summary>Pays for reading <paramref name="count"/> characters (a comparison, a search).</summary>
    public void Read(long count) => Step(1 + (count >> 4));

    public void Enter()
    {
        if (++depth > limits.Depth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Fail($"expressions, macro calls or values nest more than {limits.Depth} deep. Remove the recursion.");
        }
    }

    public void Leave() => depth--;

    public ChatTemplateException Fail(string message) =>
        new(Line > 0 ? $"Chat template, line {Line}: {message}" : $"Chat template: {message}");
}
