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

    // An answer that must be complete is closed in time: this near to its limit its shortest completion is asked for.
    private const int ClosingTokens = 1024;

    private int[] _tokens;
    private readonly LogitsPipeline _pipeline;
    private readonly Constraint? _constraint;
    private readonly Queue<int> _closing = [];
    private ConstraintState? _state;
    private volatile bool _isCancelled;
    private GenerationStats? _finalStats;
    private FinishReason? _finish;
    private MergeStats _merged = MergeStats.None;
    private MergePlan? _askedPlan;

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
        _constraint = constraint;
        _state = constraint?.Start;
        _pipeline = new LogitsPipeline();
        Drafter = drafter;
        PromptTokens = prompt.Length;
        _tokens = new int[prompt.Length + Math.Min(maxTokens, ReservedTokens) + 1];
        prompt.CopyTo(_tokens);
        Count = prompt.Length;
        Sampling = sampling;
        Penalties = penalties;
        MaxTokens = maxTokens;
        Stop = stop;
        Clock = clock;
        Output = new RunBuffer(Math.Min(maxTokens, UnreadTokens));
        if (!penalties.AreNone)
        {
            Counts = new TokenCounts();
            Counts.SetPrompt(prompt);
        }
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

    /// <summary>Whether it runs only while nothing else does.</summary>
    public bool IsIdle { get; init; }

    /// <summary>Whose request it is: its rows serve no other tenant.</summary>
    public string Tenant { get; }

    /// <summary>Whether it is the engine's own work, which gives way to every request: counted nowhere, and its rows are not kept.</summary>
    public bool IsBackground { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; }

    /// <summary>Most tokens of the answer.</summary>
    public int MaxTokens { get; }

    /// <summary>How tokens are chosen.</summary>
    public SamplingMode Sampling { get; }

    /// <summary>Corrections for repeated tokens.</summary>
    public Penalties Penalties { get; }

    /// <summary>What the corrections count; null where there are none.</summary>
    public TokenCounts? Counts { get; private set; }

    /// <summary>When it ends.</summary>
    public StopRules Stop { get; }

    /// <summary>When things happened.</summary>
    public SequenceClock Clock { get; }

    /// <summary>What guesses for it; null for plain decoding, or after it threw.</summary>
    public IDrafter? Drafter { get; private set; }

    /// <summary>What of it is merged; null for nothing.</summary>
    public MergePlan? Plan { get; private set; }

    /// <summary>How it is merged as it runs; null where it is not, or no more.</summary>
    public SequenceMerging? Merging { get; private set; }

    /// <summary>Bytes of KV cache that each merged token saves.</summary>
    public long BytesPerMergedToken { get; private set; }

    /// <summary>What the drafter keeps for it; null until its first decode step.</summary>
    public DraftSession? Draft { get; private set; }

    /// <summary>What drafting did.</summary>
    public DraftLedger Ledger { get; } = new();

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
    public int Count { get; private set; }

    /// <summary>All tokens known.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>Rows of the prompt that come as embeddings; null for a text.</summary>
    public EmbeddedRows? Embedded { get; init; }

    /// <summary>The tokens that tell what their rows are: all that have been run or can be found in a cache, up to the first embedding.</summary>
    public ReadOnlySpan<int> CacheableTokens => Embedded is not null && Tokens.IndexOf(TokenTree.Placeholder) is >= 0 and var first ? Tokens[..first] : Tokens[..^1];

    /// <inheritdoc />
    ReadOnlySpan<int> IDraftContext.Tokens => Embedded is null ? Tokens : TextTokens();

    /// <inheritdoc />
    int IDraftContext.PromptTokens => PromptTokens - (Embedded?.Count ?? 0);

    /// <inheritdoc />
    public int Position => Count;

    /// <summary>Its slot in the KV cache, or -1 while it waits.</summary>
    public int Slot { get; set; } = -1;

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
    /// <remarks>Nor where a part of the prompt has no ids: then tokens do not tell what the rows are of.</remarks>
    public bool HasSoundRows { get => field && Embedded is null; private set; } = true;

    /// <summary>Whether its reader has left.</summary>
    public bool IsCancelled => _isCancelled;

    /// <summary>Asks the engine to drop it at the next step. Any thread.</summary>
    public void Cancel() => _isCancelled = true;

    /// <summary>Takes the next token of the answer; true where the answer goes on.</summary>
    public bool Take(int token)
    {
        var finish = Advance(token);
        if (finish is not FinishReason.EndOfText)
        {
            Append(token);
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

    /// <summary>Takes back all but the first <paramref name="tokens"/> tokens of the answer and goes on vanilla. It holds no slot.</summary>
    /// <remarks>What decides the next token is a function of the tokens before it, so it is made again from those, not kept at every segment.</remarks>
    public void RollBack(int tokens)
    {
        var kept = _tokens.AsSpan(PromptTokens, tokens);
        RejectedTokens += Count - PromptTokens - tokens;
        Segments = null;
        Count = PromptTokens + tokens;
        IsDone = false;
        HasSoundRows = true;
        _finish = null;
        Volatile.Write(ref _finalStats, null);
        _closing.Clear();
        Stop.Reset();
        _state = _constraint?.Start;
        Counts = Counts is null ? null : new TokenCounts();
        Counts?.SetPrompt(_tokens.AsSpan(0, PromptTokens));
        foreach (var token in kept)
        {
            Advance(token);
            Counts?.Add(token);
        }
    }

    /// <summary>Has it merged when it runs.</summary>
    /// <param name="plan">What of it.</param>
    /// <param name="bytesPerMergedToken">Bytes of KV cache that each merged token saves.</param>
    public void Merge(MergePlan plan, long bytesPerMergedToken)
    {
        _askedPlan = plan;
        Plan = plan;
        BytesPerMergedToken = bytesPerMergedToken;
    }

    /// <summary>Starts it, or starts it anew, from rows found in the cache: what they were merged by is inherited, what follows them is merged as asked.</summary>
    public void Enter(int slot, in PrefixMatch found)
    {
        Slot = slot;
        Rows = found.Rows;
        CachedTokens = Math.Min(found.Rows, PromptTokens);
        Plan = _askedPlan is PromptMergePlan asked ? asked.Continue(found.Plan, found.Rows) : _askedPlan;
        Merging = Plan is null or PromptMergePlan { Spans.Count: 0 } ? null : SequenceMerging.For(Plan, found.MergedTokens);
    }

    /// <summary>Goes on unmerged: its rows are forgotten, and prompt and answer so far are read again as they are. Engine thread only.</summary>
    public void DropPlan(KvCache cache)
    {
        // The rows are read again as they are: nothing is saved any more.
        _merged = MergeFigures() with { KvBytesSaved = 0 };
        _askedPlan = null;
        Plan = null;
        Merging = null;
        if (Slot >= 0)
        {
            cache.Truncate(Slot, 0);
        }

        Rows = 0;
    }

    /// <summary>Opens the drafter's session, at the first decode step.</summary>
    public void OpenDraft() => Draft ??= Drafter?.Open(this);

    /// <summary>Goes on without a draft: the drafter threw.</summary>
    public void DropDraft(Exception failure)
    {
        Ledger.CountFault(failure);
        CloseDraft();
        Drafter = null;
    }

    /// <summary>Forgets the drafter's session.</summary>
    public void CloseDraft()
    {
        if (Draft is not { } draft)
        {
            return;
        }

        Draft = null;
        try
        {
            draft.Report(Ledger);
            draft.Dispose();
        }
#pragma warning disable CA1031 // A drafter is a guess: whatever it throws costs speed, not the answer.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Ledger.CountFault(failure);
        }
    }

    /// <inheritdoc />
    public int Pick(StepOutput output, int row, int position) => _pipeline.Pick(output, row, Sampling, Penalties, Counts, position);

    /// <summary>Ends it where its text was only to be read and all of it was.</summary>
    public void EndReading()
    {
        if (Reader is not null && PendingTokens == 0)
        {
            Clock.Token();
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
    public int Choose(StepOutput output, int row)
    {
        if (_state is null)
        {
            return Pick(output, row, Count);
        }

        if (_closing.TryDequeue(out var closing))
        {
            return closing;
        }

        var allowed = _constraint!.Allowed(_state);
        if (allowed.Count == 0)
        {
            throw new ConstraintException(
                ConstraintFailure.Unsatisfiable,
                pointer: "",
                keyword: null,
                $"no token continues the answer after {Stop.Tokens} tokens. The vocabulary cannot spell what the schema asks for; loosen it.");
        }

        var logits = _pipeline.Load(output, row);
        allowed.Apply(logits);
        var token = _pipeline.Pick(logits, Sampling, Penalties, Counts, Count);
        return token < 0 || TokensLeft > ClosingTokens || _constraint.Next(_state, token) is not { } next || _constraint.FitsWithin(next, TokensLeft - 1)
            ? token
            : BeginClosing(_state, token);
    }

    // What the answer may be next, and whether it ends here.
    private FinishReason? Advance(int token)
    {
        var before = _state;
        _state = before is null ? null : _constraint!.Next(before, token);
        return Stop.Take(token, _state is not null && Stop.HasStopTexts ? _constraint!.Boundary(before!, token, _state) : default);
    }

    // After this token the answer could no longer be completed within its limit: its shortest completion is taken instead, whole.
    private int BeginClosing(ConstraintState state, int token)
    {
        foreach (var next in _constraint!.Completion(state))
        {
            _closing.Enqueue(next);
        }

        return _closing.TryDequeue(out var first) ? first : token;
    }

    private MergeStats MergeFigures() => Merging is { MergedTokens: > 0 } merging
        ? new MergeStats(merging.MergedTokens, merging.MergedTokens * BytesPerMergedToken, merging.MeanSimilarity) { ComparedPairs = merging.ComparedPairs }
        : _merged;

    // Before the reader learns of the end: afterwards another thread reads what here is written.
    private void FixStats()
    {
        CloseDraft();
        Volatile.Write(ref _finalStats, Measure(new DraftStats(
            Ledger.Rounds,
            Ledger.Proposed,
            Ledger.Accepted,
            Ledger.Faults,
            Ledger.Sources.ToDictionary(static source => source.Key, static source => new DraftSourceStats(source.Value.Proposed, source.Value.Accepted)))
        {
            FirstFault = Ledger.FirstFault,
        }));
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
        RejectedTokens = RejectedTokens,
        Merging = MergeFigures(),
        Drafts = drafts,
    };

    private int[] TextTokens()
    {
        var text = new List<int>(Count);
        foreach (var token in Tokens)
        {
            if (token != TokenTree.Placeholder)
            {
                text.Add(token);
            }
        }

        return [.. text];
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
