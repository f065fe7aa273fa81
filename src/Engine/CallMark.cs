using Slerp.Engine.Tokenizers;

namespace Slerp.Engine;

/// <summary>The control token, if any, by which a model begins its tool calls. Such a token has no text of its own; in an answer that may call tools it gets its spelling.</summary>
/// <param name="Token">The token; null where calls begin with plain text.</param>
/// <param name="Rest">What follows the token, or the whole beginning where there is none.</param>
/// <param name="IsOptional">Whether calls may also begin with <paramref name="Rest"/> alone.</param>
internal readonly record struct CallMark(int? Token, string Rest, bool IsOptional)
{
    /// <summary>The mark of a form of answer; none where calls do not matter.</summary>
    public static CallMark Of(OutputForm form, ITokenizer tokenizer) => form switch
    {
        OutputForm.ToolCalls calls => Of(calls.Syntax, tokenizer),
        OutputForm.TextWithoutCalls text => Of(text.Syntax, tokenizer),
        _ => new CallMark(null, "", IsOptional: false),
    };

    /// <summary>The mark of a syntax.</summary>
    public static CallMark Of(ToolCallSyntax syntax, ITokenizer tokenizer)
    {
        var begin = syntax.Begin + syntax.Open;
        if (syntax.OptionalMark.Length > 0)
        {
            return new CallMark(Control(syntax.OptionalMark, tokenizer), begin, IsOptional: true);
        }

        var spelling = tokenizer.AddedTokens.Keys
            .Where(token => token.Length > 0 && begin.StartsWith(token, StringComparison.Ordinal) && Control(token, tokenizer) is not null)
            .MaxBy(static token => token.Length);
        return spelling is null
            ? new CallMark(null, begin, IsOptional: false)
            : new CallMark(Control(spelling, tokenizer), begin[spelling.Length..], IsOptional: false);
    }

    /// <summary>The control token of a spelling; null where it is none.</summary>
    public static int? Control(string spelling, ITokenizer tokenizer) =>
        tokenizer.AddedTokens.TryGetValue(spelling, out var id) && tokenizer.IsSpecial(id) ? id : null;
}
