using Slerp.Engine.Cache;
using Slerp.Engine.Constraints;
using Slerp.Engine.Drafting;
using Slerp.Engine.Merging;
using Slerp.Engine.Sampling;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Decoding;

/// <summary>One request in flight. Owned by the engine thread, but for <see cref="Output"/>, <see cref="Stats"/> and <see cref="Cancel"/>.</summary>
internal sealed class Sequence : IDraftContext
{
    // Heuristics: few answers are longer than the first; a reader that lags by the second is about to stop.
    private const int ReservedTokens = 4096;
    private const int UnreadTokens = 256;

    private readonly SequenceText _text;
    private readonly TokenChoice _choice;
    private readonly ConstrainedChoice? _constrained;
    private volatile bool _isCancelled;
    private GenerationStats? _finalStats;
    private FinishReason? _finish;
    private MergeAttempt? _merge;

    /// <summary>Creates a sequence that waits to be admitted.</summary>
    /// <param name="prompt">The prompt's tokens, at least one.</param>
    /// <param name="sampling">How tokens are chosen.</param>
    /// <param name="penalties">Corrections for repeated tokens.</param>
    /// <param name="maxTokens">Most tokens of the answer, as the context allows.</param>
    /// <param name="stop">When it ends.</param>
    /// <param name="clock">When things happened.</param>
    /// <param name="drafter">What guesses for it; null for plain decoding.</param>
    /// <param name="constraint">What the answer must be; null for anything.</param>
    /// <param name="tenant">Whose request it is.</param>
    /// <param name="segments">Collects its tokens until they are judged; null where they flow at once.</param>
    public Sequence(
        ReadOnlySpan<int> prompt,
        SamplingMode sampling,
        Penalties penalties,
        int maxTokens,
        StopRules stop,
        SequenceClock clock,
        IDrafter? drafter,
        Constraint? constraint,
        string tenant = "",
        SegmentCollector? segments = null)
    {
        Tenant = tenant;
        Segments = segments;
        _choice = new TokenChoice(sampling, penalties, prompt);
        _constrained = constraint is null ? null : new ConstrainedChoice(constraint, _choice);
        Drafting = new SequenceDrafting(this, drafter);
        PromptTokens = prompt.Length;
        _text = new SequenceText(prompt.Length + Math.Min(maxTokens, ReservedTokens) + 1);
        _text.Add(prompt);
        MaxTokens = maxTokens;
        Stop = stop;
        Clock = clock;
        Output = new RunBuffer(Math.Min(maxTokens, UnreadTokens));
    }

    /// <summary>Creates a sequence whose text is only read: it ends when its last token was.</summary>
    /// <param name="text">The text's tokens, at least one.</param>
    /// <param name="reader">What its rows go to.</param>
    /// <param name="stop">Never asked.</param>
    /// <param name="clock">When things happened.</param>
    public Sequence(ReadOnlySpan<int> text, IRowReader reader, StopRules stop, SequenceClock clock)
        : this(text, SamplingMode.Greedy.Instance, Penalties.None, maxTokens: 1, stop, clock, drafter: null, constraint: null) => Reader = reader;

    /// <summary>Where the rows go of a text that is read, not continued; null for an answer.</summary>
    public IRowReader? Reader { get; }

    /// <summary>Whether somebody waits for it.</summary>
    public Urgency Urgency { get; init; }

    /// <summary>Whose request it is: its rows serve no other tenant.</summary>
    public string Tenant { get; }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; }

    /// <summary>Most tokens of the answer.</summary>
    public int MaxTokens { get; }

    /// <summary>How tokens are chosen.</summary>
    public SamplingMode Sampling => _choice.Sampling;

    /// <summary>Corrections for repeated tokens.</summary>
    public Penalties Penalties => _choice.Penalties;

    /// <summary>Its place among the requests in flight; null for what needs none.</summary>
    public Places.Place? Place { get; set; }

    /// <summary>When it ends.</summary>
    public StopRules Stop { get; }

    /// <summary>When things happened.</summary>
    public SequenceClock Clock { get; }

    /// <summary>How it is drafted for.</summary>
    public SequenceDrafting Drafting { get; }

    /// <summary>What of it is merged; null for nothing.</summary>
    public MergePlan? Plan => _merge?.Plan;

    /// <summary>How it is merged as it runs; null where it is not, or no more.</summary>
    public SequenceMerging? Merging => _merge?.Merging;

    /// <inheritdoc />
    public int TokensLeft => MaxTokens - Stop.Tokens;

    /// <summary>What the answer took so far; final once it ended.</summary>
    public GenerationStats Stats => Volatile.Read(ref _finalStats) ?? Measure(DraftStats.None);

    /// <summary>Where its tokens wait to be judged; null where they go to <see cref="Output"/> at once.</summary>
    public SegmentCollector? Segments { get; private set; }

    /// <summary>Whether it has to wait for a judgement.</summary>
    public bool IsHeld => Segments is { IsHeld: true };

    /// <summary>Tokens taken back so far.</summary>
    public int RejectedTokens { get; private set; }

    /// <summary>Where its tokens go.</summary>
    public RunBuffer Output { get; }

    /// <summary>What it runs in the current step.</summary>
    public TokenTree Tree { get; } = new();

    /// <summary>Tokens known: the prompt and the answer so far.</summary>
    public int Count => _text.Count;

    /// <summary>All tokens known.</summary>
    public ReadOnlySpan<int> Tokens => _text.Tokens;

    /// <summary>Rows of the prompt that come as embeddings; null for a text.</summary>
    public EmbeddedRows? Embedded
    {
        get => _text.Embedded;
        init
        {
            if (value is not null)
            {
                _text.Embed(value);
            }
        }
    }

    /// <summary>The tokens that tell what their rows are: all that have been run or can be found in a cache, up to the first embedding.</summary>
    public ReadOnlySpan<int> CacheableTokens => _text.Cacheable;

    /// <inheritdoc />
    ReadOnlySpan<int> IDraftContext.Tokens => _text.Ids;

    /// <inheritdoc />
    int IDraftContext.PromptTokens => PromptTokens - (Embedded?.Count ?? 0);

    /// <inheritdoc />
    public int Position => Count;

    /// <summary>Its slot in the KV cache, or -1 while it waits.</summary>
    public int Slot { get; private set; } = -1;

    /// <summary>Tokens whose rows are committed in the cache.</summary>
    public int Rows { get; set; }

    /// <summary>Tokens known but not yet run: 1 while decoding, more while the prompt is read.</summary>
    public int PendingTokens => Count - Rows;

    /// <summary>Decode steps so far.</summary>
    public int Steps { get; set; }

    /// <summary>Tokens that those steps gave: an end token and those taken back among them.</summary>
    public int DecodedTokens { get; set; }

    /// <summary>Prompt rows found in the cache.</summary>
    public int CachedTokens { get; set; }

    /// <summary>Whether it has ended, for whatever reason.</summary>
    public bool IsDone { get; private set; }

    /// <inheritdoc />
    public bool HasEnded => _finish is not null;

    /// <summary>Whether its rows are what the model computed, to the last: not after a failure.</summary>
    /// <remarks>Nor where a part of the prompt has no ids: then tokens do not tell what the rows are of. Nor before a prompt that is judged has passed: who finds its rows would take it for judged.</remarks>
    public bool HasSoundRows { get => field && Embedded is null && Segments is not { DoubtsPrompt: true }; private set; } = true;

    /// <summary>Whether its reader has left.</summary>
    public bool IsCancelled => _isCancelled;

    /// <summary>Asks the engine to drop it at the next step. Its place is free at once: who cancels may ask again in the same instant. Any thread.</summary>
    public void Cancel()
    {
        _isCancelled = true;
        Place?.Leave();
    }

    /// <summary>Tokens it may run in the next step: none while it waits for a judgement. A prompt that is judged is handed over when all of it was run but its last token, which speaks.</summary>
    public int TakeTurn()
    {
        if (Segments is { AwaitsPrompt: true } judged)
        {
            if (PendingTokens > 1)
            {
                return PendingTokens - 1;
            }

            judged.EndPrompt(_merge?.Stats ?? MergeStats.None);
        }

        return IsHeld ? 0 : PendingTokens;
    }

    /// <summary>Takes the next token of the answer; true where the answer goes on.</summary>
    public bool Take(int token)
    {
        var finish = Advance(token);
        if (finish is not FinishReason.EndOfText)
        {
            _text.Add(token);
            _choice.Take(token);
            if (Segments is { } segments)
            {
                segments.Add(Stop.VisibleBytes);
            }
            else
            {
                Output.Add(token, Stop.VisibleBytes);
            }
        }

        _finish = finish;
        IsDone = finish is not null;
        return !IsDone;
    }

    /// <summary>Hands what a step gave to the reader; the end, too, once the step's figures are counted.</summary>
    public void Publish()
    {
        if (_finish is { } reason)
        {
            FixStats();
            if (Segments is null)
            {
                Output.Finish(reason, Stop.VisibleBytes);
            }
        }
        else if (Segments is null)
        {
            Output.Wake();
        }

        Segments?.EndStep(Stop.VisibleBytes, _finish);
    }

    /// <summary>Takes back all but the first <paramref name="tokens"/> tokens of the answer and goes on vanilla: what is left is read again, unmerged. It holds no slot.</summary>
    /// <remarks>What decides the next token is a function of the tokens before it, so it is made again from those, not kept at every segment.</remarks>
    public void RollBack(int tokens)
    {
        var rejected = Count - PromptTokens - tokens;
        RejectedTokens += rejected;
        Segments = null;
        _merge?.GiveUp();
        _text.DropLast(rejected);
        IsDone = false;
        HasSoundRows = true;
        _finish = null;
        Volatile.Write(ref _finalStats, null);
        Clock.TakeBack(tokens);
        Stop.Reset();
        _constrained?.Restart();
        _choice.Restart(Tokens[..PromptTokens]);
        foreach (var token in Tokens[PromptTokens..])
        {
            Advance(token);
            _choice.Take(token);
        }
    }

    /// <summary>Has it merged when it runs.</summary>
    /// <param name="plan">What of it.</param>
    /// <param name="bytesPerMergedToken">Bytes of KV cache that each merged token saves.</param>
    public void Merge(MergePlan plan, long bytesPerMergedToken) => _merge = new MergeAttempt(plan, bytesPerMergedToken);

    /// <summary>Starts it, or starts it anew, from rows found in the cache: what they were merged by is inherited, what follows them is merged as asked.</summary>
    public void Enter(int slot, in PrefixMatch found)
    {
        Slot = slot;
        Rows = found.Rows;
        CachedTokens = Math.Min(found.Rows, PromptTokens);
        _merge?.Enter(found);
    }

    /// <summary>Gives up its slot and rows, and forgets what was drafted; it may enter again, and computes its rows again.</summary>
    /// <returns>The slot; -1 where it had none.</returns>
    public int Leave()
    {
        Drafting.Close();
        var slot = Slot;
        Slot = -1;
        Rows = 0;
        return slot;
    }

    /// <inheritdoc />
    public int Pick(StepOutput output, int row, int position) => _choice.Pick(output, row, position);

    /// <summary>Ends it where its text was only to be read and all of it was.</summary>
    public void EndReading()
    {
        if (Reader is not null && PendingTokens == 0)
        {
            Clock.Token(0);
            _finish = FinishReason.EndOfText;
            IsDone = true;
            Publish();
        }
    }

    /// <summary>Ends it with a failure; one that ended stays as it is. Where it is judged, what the engine knows to be a failure is the judge's to answer.</summary>
    public void Fail(Exception failure)
    {
        HasSoundRows = false;
        if (_finalStats is not null)
        {
            return;
        }

        IsDone = true;
        FixStats();
        if (Segments is { } segments && failure is EngineException known)
        {
            segments.EndWith(new StrategyFault(Stop.Tokens == 0 ? FaultStage.Prefill : FaultStage.Decode, known));
        }
        else
        {
            Abort(failure);
        }
    }

    /// <summary>Lets its reader see a failure. Any thread.</summary>
    public void Abort(Exception failure)
    {
        Output.Fail(failure);
        Segments?.Abort(failure);
    }

    /// <summary>The target's token for the next position: as <see cref="Pick"/>, within what the answer must be.</summary>
    /// <exception cref="ConstraintException">No token of the vocabulary continues the answer.</exception>
    public int Choose(StepOutput output, int row) => _constrained?.Pick(output, row, Count, TokensLeft) ?? Pick(output, row, Count);

    // What the answer may be next, and whether it ends here.
    private FinishReason? Advance(int token) => Stop.Take(token, _constrained?.Take(token, Stop.HasStopTexts) ?? default);

    // Before the reader learns of the end: afterwards another thread reads what here is written, and may send the next request.
    private void FixStats()
    {
        Drafting.Close();
        Volatile.Write(ref _finalStats, Measure(Drafting.Ledger.ToStats()));
        Place?.Leave();
    }

    private GenerationStats Measure(DraftStats drafts) => new()
    {
        PromptTokens = PromptTokens,
        CachedPromptTokens = CachedTokens,
        OutputTokens = Stop.Tokens,
        Steps = Steps,
        DecodedTokens = DecodedTokens,
        QueueTime = Clock.QueueTime,
        PrefillTime = Clock.PrefillTime,
        DecodeTime = Clock.DecodeTime,
        FirstTokens = Clock.FirstTokens,
        RejectedTokens = RejectedTokens,
        Merging = _merge?.Stats ?? MergeStats.None,
        Drafts = drafts,
    };
}
