using System.Text;
using Slerp.Engine.Decoding;
using Slerp.Engine.Quality;
using Slerp.Engine.Scheduling;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine;

/// <summary>What is done with the tokens of a whole answer.</summary>
internal delegate void AnswerEnded(ReadOnlySpan<int> tokens);

/// <summary>The reader's side of one sequence: judged segments first where the request asks for them, then, or from the start, the answer as it flows.</summary>
internal sealed class EngineGeneration : Generation
{
    private readonly Sequence _sequence;
    private readonly EngineLoop _loop;
    private readonly GenerationServices _services;
    private readonly RunReader _runs;
    private readonly CheckPanel _promptChecks;
    private readonly CheckPanel _segmentChecks;
    private readonly CheckPanel _answerChecks;
    private readonly Lazy<SpelledPrompt?> _prompt;
    private readonly StringBuilder _flowed = new();
    private SegmentReader? _segments;
    private int _acceptedSegments;
    private bool _hasEnded;

    /// <summary>Reads a sequence that was submitted.</summary>
    public EngineGeneration(Sequence sequence, EngineLoop loop, QualityGate gate, GenerationServices services)
    {
        _sequence = sequence;
        Merges = sequence.Plan is not null;
        _loop = loop;
        _services = services;
        _runs = new RunReader(sequence, new AnswerText(services.Tokenizer, services.ContinuesText, sequence.Stop.SpokenTokens));
        _segments = sequence.Segments is { } collector ? new SegmentReader(collector, new AnswerText(services.Tokenizer, services.ContinuesText, sequence.Stop.SpokenTokens)) : null;
        _promptChecks = new CheckPanel(gate, QualityScope.Prompt, services.Time, services.Hung);
        _segmentChecks = new CheckPanel(gate, QualityScope.Segment, services.Time, services.Hung);
        _answerChecks = new CheckPanel(gate, QualityScope.Answer, services.Time, services.Hung);
        _prompt = new Lazy<SpelledPrompt?>(() => SpelledPrompt.Of(sequence, services.Tokenizer));
    }

    /// <summary>Reads a sequence that was submitted and that nobody judges.</summary>
    public EngineGeneration(Sequence sequence, EngineLoop loop, ITokenizer tokenizer)
        : this(sequence, loop, QualityGate.None, new GenerationServices(tokenizer, OutputForm.FreeText.Instance, Calibration: null, TimeProvider.System))
    {
    }

    /// <summary>Told the answer's tokens when it has ended; null where nobody asks.</summary>
    public AnswerEnded? Ended { get; init; }

    /// <summary>The answer's tokens, once it has ended: what tells one answer from another where their texts are alike.</summary>
    public ReadOnlySpan<int> AnswerIds => _sequence.Tokens[_sequence.PromptTokens..];

    /// <inheritdoc />
    public override GenerationStats Stats => _sequence.Stats;

    /// <inheritdoc />
    public override bool Merges { get; }

    /// <inheritdoc />
    public override bool BeginsInReasoning => _services.OpenReasoning is not null;

    /// <inheritdoc />
    public override async ValueTask<Segment> NextAsync(GenerationMode mode, CancellationToken cancellationToken)
    {
        using var registration = CancelWith(cancellationToken);
        if (_segments is not null && mode == GenerationMode.Vanilla)
        {
            await RejectAsync(cancellationToken).ConfigureAwait(false);
        }

        return _segments is { } segments
            ? await JudgedAsync(segments, cancellationToken).ConfigureAwait(false)
            : await FlowingAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public override void Accept()
    {
        // What flows is part of the answer as soon as it is taken.
        if (_segments is { } segments)
        {
            segments.Accept();
            _loop.Notice();
            TellEnd(segments.Finish);
        }
    }

    /// <inheritdoc />
    public override async ValueTask RejectAsync(CancellationToken cancellationToken)
    {
        if (_segments is not { } segments)
        {
            throw new InvalidOperationException("The answer is vanilla already: there is nothing to take back.");
        }

        using var registration = CancelWith(cancellationToken);
        await _loop.RejectAsync(_sequence, segments.Accepted.Count).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        _runs.Skip(segments.Accepted, segments.AcceptedBytes);
        _flowed.Append(segments.AcceptedText);
        _acceptedSegments = segments.AcceptedSegments;
        _segments = null;
    }

    /// <inheritdoc />
    public override ValueTask<AnswerAgreement?> CompareUnmergedAsync(CancellationToken cancellationToken)
    {
        if (!_hasEnded)
        {
            throw new InvalidOperationException("The answer has not ended. Take and accept its segments up to the last one first.");
        }

        // What a grammar forces is no choice of the model's; what has no ids cannot be read again.
        return _sequence is { Stats: { OutputTokens: > 0, Merging.MergedTokens: > 0 }, Embedded: null } && _services.Output is OutputForm.FreeText
            ? AgreementRun.RunAsync(_sequence, _loop, _services, cancellationToken)
            : new ValueTask<AnswerAgreement?>((AnswerAgreement?)null);
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        Cancel(new ObjectDisposedException(nameof(Generation)));
        return ValueTask.CompletedTask;
    }

    private async ValueTask<Segment> JudgedAsync(SegmentReader segments, CancellationToken cancellationToken)
    {
        var segment = await segments.NextAsync(cancellationToken).ConfigureAwait(false);
        if (segment.Fault is not null)
        {
            return segment;
        }

        if (segments.OfPrompt is { } merging)
        {
            var known = Context(-1, GenerationMode.Accelerated, segment, _promptChecks.NeedsPrompt) with { Merging = merging };
            return segment with { Verdicts = await _promptChecks.JudgeAsync(known, "", default, cancellationToken).ConfigureAwait(false) };
        }

        var context = Context(segments.AcceptedSegments, GenerationMode.Accelerated, segment, _segmentChecks.NeedsPrompt || (segment.Finish is not null && _answerChecks.NeedsPrompt));
        var verdicts = await _segmentChecks.JudgeAsync(context, segments.Text, segments.Statistics, cancellationToken).ConfigureAwait(false);
        if (segment.Finish is not null)
        {
            verdicts = [.. verdicts, .. await _answerChecks.JudgeAsync(context, segments.Text, segments.Statistics, cancellationToken).ConfigureAwait(false)];
        }

        return segment with { Verdicts = verdicts };
    }

    private async ValueTask<Segment> FlowingAsync(CancellationToken cancellationToken)
    {
        var segment = await _runs.NextAsync(cancellationToken).ConfigureAwait(false);
        TellEnd(segment.Finish);
        if (_answerChecks.IsEmpty)
        {
            return segment;
        }

        _flowed.Append(segment.Text);
        return segment.Finish is null ? segment : segment with
        {
            Verdicts = await _answerChecks.JudgeAsync(
                Context(_acceptedSegments, GenerationMode.Vanilla, segment, _answerChecks.NeedsPrompt), _flowed.ToString(), default, cancellationToken).ConfigureAwait(false),
        };
    }

    private void TellEnd(FinishReason? finish)
    {
        if (finish is not null)
        {
            _hasEnded = true;
            Ended?.Invoke(_sequence.Tokens[_sequence.PromptTokens..]);
        }
    }

    private QualityContext Context(int index, GenerationMode mode, Segment segment, bool needsPrompt) => new()
    {
        SegmentIndex = index,
        SegmentTokens = segment.Statistics.Length,
        Mode = mode,
        PromptTokens = _sequence.PromptTokens,
        PromptText = needsPrompt ? _prompt.Value?.Text : null,
        MergedText = needsPrompt ? _prompt.Value?.Merged : null,
        Sampling = _sequence.Sampling,
        Output = _services.Output,
        Reasoning = _services.Reasoning,
        OpenReasoning = _services.OpenReasoning,
        Finish = segment.Finish,
        Merging = _sequence.Stats.Merging,
        Calibration = _services.Calibration,
    };

    private CancellationTokenRegistration CancelWith(CancellationToken cancellationToken) => cancellationToken.UnsafeRegister(
        static (state, token) => ((EngineGeneration)state!).Cancel(new OperationCanceledException(token)), this);

    private void Cancel(Exception reason) => _loop.Cancel(_sequence, reason);
}
