using Slerp.Engine.Templates;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine;

/// <summary>The marks of an answer's reasoning, as text and as control tokens.</summary>
/// <param name="Syntax">The marks as text.</param>
/// <param name="OpenToken">The control token that begins it; null where plain text does.</param>
/// <param name="CloseToken">The control token that ends it; null where plain text does.</param>
/// <param name="IsOpen">Whether the prompt has begun it.</param>
internal sealed record ReasoningMark(ReasoningSyntax Syntax, int? OpenToken, int? CloseToken, bool IsOpen)
{
    /// <summary>The marks of an answer to a prompt; null where the model has none.</summary>
    public static ReasoningMark? Of(ReasoningSyntax? syntax, RenderedPrompt? prompt, ITokenizer tokenizer) => syntax is null ? null : new ReasoningMark(
        syntax, CallMark.Control(syntax.Open, tokenizer), CallMark.Control(syntax.Close, tokenizer), prompt is not null && Begins(syntax, prompt.Tail));

    /// <summary>Whether a prompt ends with the mark that begins reasoning: a template may speak of the mark elsewhere.</summary>
    /// <param name="syntax">How reasoning is marked.</param>
    /// <param name="tail">What the template wrote after the last word of the conversation.</param>
    public static bool Begins(ReasoningSyntax syntax, string tail) =>
        tail.AsSpan().TrimEnd().EndsWith(syntax.Open, StringComparison.Ordinal);
}
