namespace Slerp.Engine.Templates;

/// <summary>The texts a checkpoint gives for its chat template.</summary>
/// <param name="Default">The template.</param>
/// <param name="ToolUse">A second template, for requests with tools; null where the first serves both.</param>
/// <param name="Tokens">The texts of special tokens by the name templates use: bos_token, eos_token, …</param>
internal sealed record TemplateSource(string Default, string? ToolUse, IReadOnlyDictionary<string, string> Tokens)
{
    public static TemplateSource From(string template, string? beginToken = null, string? endToken = null)
    {
        var tokens = new Dictionary<string, string>();
        if (beginToken is not null)
        {
            tokens["bos_token"] = beginToken;
        }

        if (endToken is not null)
        {
            tokens["eos_token"] = endToken;
        }

        return new TemplateSource(template, null, tokens);
    }
}
