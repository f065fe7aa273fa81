namespace Slerp.Engine;

/// <summary>A prompt does not fit the model's context.</summary>
public sealed class ContextLengthException : EngineException
{
    /// <summary>Creates the refusal, with both numbers.</summary>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    /// <param name="contextTokens">Tokens the context holds, prompt and answer together.</param>
    public ContextLengthException(int promptTokens, int contextTokens)
        : base(
            $"The prompt has {promptTokens:N0} tokens; the context holds {contextTokens:N0}, one of which is needed for the answer. "
            + $"Shorten the prompt by at least {promptTokens - contextTokens + 1:N0} tokens or raise ContextTokens where the model allows it.")
    {
        PromptTokens = promptTokens;
        ContextTokens = contextTokens;
    }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; }

    /// <summary>Tokens the context holds.</summary>
    public int ContextTokens { get; }
}
