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
    /// <summary>Whether an answer that is kept to a form may begin it: the prompt has neither begun nor ended it.</summary>
    public bool MayBegin { get; init; }

    /// <summary>The marks of an answer to a prompt; null where the model has none.</summary>
    /// <param name="syntax">The marks as text; null for none.</param>
    /// <param name="prompt">The prompt; null where it is no conversation.</param>
    /// <param name="tokenizer">What knows control tokens.</param>
    /// <param name="mayReason">Whether an answer that is kept to a form may begin it at all.</param>
    public static ReasoningMark? Of(ReasoningSyntax? syntax, RenderedPrompt? prompt, ITokenizer tokenizer, bool mayReason)
    {
        if (syntax is null)
        {
            return null;
        }

        var tail = prompt?.Tail ?? "";
        var isOpen = Begins(syntax, tail);
        return new ReasoningMark(syntax, CallMark.Control(syntax.Open, tokenizer), CallMark.Control(syntax.Close, tokenizer), isOpen)
        {
            MayBegin = mayReason && !isOpen && !Ends(syntax, tail),
        };
    }

    /// <summary>Whether a prompt ends with the mark that begins reasoning: a template may speak of the mark elsewhere.</summary>
    /// <param name="syntax">How reasoning is marked.</param>
    /// <param name="tail">What the template wrote after the last word of the conversation.</param>
    public static bool Begins(ReasoningSyntax syntax, string tail) =>
        tail.AsSpan().TrimEnd().EndsWith(syntax.Open, StringComparison.Ordinal);

    /// <summary>Whether a prompt ends with the mark that ends reasoning: a template's way to ask for none.</summary>
    /// <param name="syntax">How reasoning is marked.</param>
    /// <param name="tail">What the template wrote after the last word of the conversation.</param>
    public static bool Ends(ReasoningSyntax syntax, string tail) =>
        tail.AsSpan().TrimEnd().EndsWith(syntax.Close, StringComparison.Ordinal);
}
