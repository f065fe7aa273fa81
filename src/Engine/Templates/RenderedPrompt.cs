namespace Slerp.Engine.Templates;

/// <summary>A prompt, and where its characters came from.</summary>
/// <param name="Text">What the model is to read.</param>
/// <param name="Spans">The characters that came from the conversation, in order, not overlapping; all others are the template's own.</param>
/// <param name="Parts">The parts the spans point to.</param>
internal sealed record RenderedPrompt(string Text, IReadOnlyList<OriginSpan> Spans, IReadOnlyList<PromptPart> Parts)
{
    /// <summary>What the template wrote after the last word of the conversation.</summary>
    public string Tail => Spans.Count == 0 ? Text : Text[(Spans[^1].Start + Spans[^1].Length)..];
}
