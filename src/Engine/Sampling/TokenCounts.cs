namespace Slerp.Engine.Sampling;

/// <summary>How often each token occurs in the answer so far, and whether it occurs in the prompt: what penalties ask.</summary>
internal sealed class TokenCounts
{
    private readonly Dictionary<int, int> _answer = [];
    private readonly HashSet<int> _prompt = [];

    /// <summary>Occurrences in the answer.</summary>
    public IReadOnlyDictionary<int, int> Answer => _answer;

    /// <summary>Tokens of the prompt that are not in the answer.</summary>
    public IReadOnlySet<int> PromptOnly => _prompt;

    /// <summary>Starts with a prompt; what is no id is not counted.</summary>
    public void SetPrompt(ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens)
        {
            if (token >= 0)
            {
                _prompt.Add(token);
            }
        }
    }

    /// <summary>Counts a token of the answer.</summary>
    public void Add(int token)
    {
        _answer[token] = _answer.GetValueOrDefault(token) + 1;
        _prompt.Remove(token);
    }
}
