using Slerp.Engine.Sampling;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Decoding;

/// <summary>One request in flight. Owned by the engine thread, but for <see cref="Output"/> and <see cref="Cancel"/>.</summary>
internal sealed class Sequence
{
    private int[] _tokens;
    private volatile bool _isCancelled;

    /// <summary>Creates a sequence that waits to be admitted.</summary>
    /// <param name="prompt">The prompt's tokens, at least one.</param>
    /// <param name="sampling">How tokens are chosen.</param>
    /// <param name="penalties">Corrections for repeated tokens.</param>
    /// <param name="maxTokens">Most tokens of the answer, as the context allows.</param>
    /// <param name="stop">When it ends.</param>
    /// <param name="clock">When things happened.</param>
    public Sequence(
        ReadOnlySpan<int> prompt, SamplingMode sampling, Penalties penalties, int maxTokens, StopRules stop, SequenceClock clock)
    {
        PromptTokens = prompt.Length;
        _tokens = new int[prompt.Length + Math.Min(maxTokens, 1024) + 1];
        prompt.CopyTo(_tokens);
        Count = prompt.Length;
        Sampling = sampling;
        Penalties = penalties;
        MaxTokens = maxTokens;
        Stop = stop;
        Clock = clock;
        Output = new RunBuffer(Math.Min(maxTokens, 1024));
        if (!penalties.AreNone)
        {
            Counts = new TokenCounts();
            Counts.SetPrompt(prompt);
        }
    }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; }

    /// <summary>Most tokens of the answer.</summary>
    public int MaxTokens { get; }

    /// <summary>How tokens are chosen.</summary>
    public SamplingMode Sampling { get; }

    /// <summary>Corrections for repeated tokens.</summary>
    public Penalties Penalties { get; }

    /// <summary>What the corrections count; null where there are none.</summary>
    public TokenCounts? Counts { get; }

    /// <summary>When it ends.</summary>
    public StopRules Stop { get; }

    /// <summary>When things happened.</summary>
    public SequenceClock Clock { get; }

    /// <summary>Where its tokens go.</summary>
    public RunBuffer Output { get; }

    /// <summary>What it runs in the current step.</summary>
    public TokenTree Tree { get; } = new();

    /// <summary>Tokens known: the prompt and the answer so far.</summary>
    public int Count { get; private set; }

    /// <summary>All tokens known.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>Its slot in the KV cache, or -1 while it waits.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Tokens whose rows are committed in the cache.</summary>
    public int Rows { get; set; }

    /// <summary>Tokens known but not yet run: 1 while decoding, more while the prompt is read.</summary>
    public int PendingTokens => Count - Rows;

    /// <summary>Decode steps so far.</summary>
    public int Steps { get; set; }

    /// <summary>Prompt rows found in the cache.</summary>
    public int CachedTokens { get; set; }

    /// <summary>Whether it has ended, for whatever reason.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Whether its reader has left.</summary>
    public bool IsCancelled => _isCancelled;

    /// <summary>Asks the engine to drop it at the next step. Any thread.</summary>
    public void Cancel() => _isCancelled = true;

    /// <summary>Takes the next token of the answer; true where the answer goes on.</summary>
    public bool Take(int token)
    {
        var finish = Stop.Take(token);
        if (finish is not FinishReason.EndOfText)
        {
            Append(token);
            Output.Add(token, Stop.VisibleBytes);
        }

        if (finish is { } reason)
        {
            IsDone = true;
            Output.Finish(reason, Stop.VisibleBytes);
        }

        return !IsDone;
    }

    /// <summary>Ends it with a failure.</summary>
    public void Fail(Exception failure)
    {
        IsDone = true;
        Output.Fail(failure);
    }

    private void Append(int token)
    {
        if (Count == _tokens.Length)
        {
            Array.Resize(ref _tokens, Count * 2);
        }

        _tokens[Count++] = token;
        Counts?.Add(token);
    }
}
