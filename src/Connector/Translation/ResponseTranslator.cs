using Microsoft.Extensions.AI;
using Slerp.Connector.Resilience;
using Slerp.Connector.Telemetry;
using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>Segments to updates. One per answer.</summary>
/// <remarks>
/// Updates with content share one message id and so form one message. The last update carries usage and statistics and no message id:
/// its properties then land on the response, streamed or not.
/// </remarks>
internal sealed class ResponseTranslator(TranslatedRequest request, string modelId, string responseId, DateTimeOffset createdAt)
{
    private readonly AnswerParser _parser = new(request.Reading);
    private readonly string _messageId = Guid.NewGuid().ToString("N");
    private int _reasoningTokens;
    private bool _hasCalls;

    /// <summary>Whether the finish was handed over: no further segment is wanted.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The answer begins; with the reasoning the prompt has begun, where it has.</summary>
    public void Begin(Generation generation)
    {
        if (generation.BeginsInReasoning)
        {
            _parser.BeginInReasoning();
        }
    }

    /// <summary>The update a segment makes, or null where all its text is still held back.</summary>
    public ChatResponseUpdate? Translate(Segment segment)
    {
        var contents = new List<AIContent>();
        var reasoned = _parser.IsReasoning;
        _parser.Append(segment.Text, contents);
        _reasoningTokens += reasoned || _parser.IsReasoning ? segment.Tokens : 0;
        if (segment.Finish is not null)
        {
            _parser.Complete(contents);
        }

        var firstCall = contents.FindIndex(content => content is FunctionCallContent);
        _hasCalls |= firstCall >= 0;
        var endsHere = firstCall >= 0 && request.Reading.Calls == CallCount.One;
        if (endsHere)
        {
            contents.RemoveRange(firstCall + 1, contents.Count - firstCall - 1);
        }

        IsComplete = endsHere || segment.Finish is not null;
        return contents.Count == 0 && !IsComplete ? null : Update(contents, segment);
    }

    /// <summary>The last update: usage and statistics.</summary>
    public ChatResponseUpdate Final(DecodingRecord record) => Final(record, record.Stats ?? new GenerationStats());

    private ChatResponseUpdate Final(DecodingRecord record, GenerationStats stats) => new(ChatRole.Assistant, [new UsageContent(Usage(record, stats))])
    {
        ResponseId = responseId,
        ModelId = modelId,
        CreatedAt = createdAt,
        RawRepresentation = stats,
        AdditionalProperties = Properties(record, stats),
    };

    private AdditionalPropertiesDictionary Properties(DecodingRecord record, GenerationStats stats)
    {
        var properties = new AdditionalPropertiesDictionary
        {
            [SlerpProperties.Seed] = request.Seed,
            [SlerpProperties.QueueMilliseconds] = stats.QueueTime.TotalMilliseconds,
            [SlerpProperties.PrefillMilliseconds] = stats.PrefillTime.TotalMilliseconds,
            [SlerpProperties.DecodeMilliseconds] = stats.DecodeTime.TotalMilliseconds,
            [SlerpProperties.TokensPerSecond] = stats.TokensPerSecond,
        };
        if (stats.Merging is not { MergedTokens: > 0, ComparedPairs: 0 })
        {
            properties[SlerpProperties.MergeSimilarity] = stats.Merging.MeanSimilarity;
        }

        if (record.Cutoff is { } cutoff)
        {
            properties[SlerpProperties.MergeCutoff] = cutoff;
        }

        if (record.Compared.Share is { } agreement)
        {
            properties[SlerpProperties.ShadowAgreement] = agreement;
        }

        if (record.Fallback is { } fallback)
        {
            properties[SlerpProperties.FallbackReason] = SlerpNames.Of(fallback.Reason!.Value);
            properties[SlerpProperties.FallbackStage] = SlerpNames.Of(fallback.Stage);
            if (fallback.Check is { } check)
            {
                properties[SlerpProperties.FallbackCheck] = check;
            }
        }

        return properties;
    }

    private ChatResponseUpdate Update(List<AIContent> contents, Segment segment) => new(ChatRole.Assistant, contents)
    {
        ResponseId = responseId,
        MessageId = _messageId,
        ModelId = modelId,
        CreatedAt = createdAt,
        FinishReason = IsComplete ? Finish(segment.Finish) : null,
        RawRepresentation = segment,
    };

    private static AdditionalPropertiesDictionary<long> Counts(DecodingRecord record, GenerationStats stats)
    {
        var counts = new AdditionalPropertiesDictionary<long>
        {
            [SlerpProperties.Steps] = stats.Steps,
            [SlerpProperties.DecodedTokens] = stats.DecodedTokens,
            [SlerpProperties.Fallbacks] = record.Fallback is null ? 0 : 1,
            [SlerpProperties.RejectedTokens] = stats.RejectedTokens,
            [SlerpProperties.FailedChecks] = record.FailedChecks.Values.Sum(),
            [SlerpProperties.ShadowAnswers] = record.Compared.Answers,
            [SlerpProperties.MergedTokens] = stats.Merging.MergedTokens,
            [SlerpProperties.MergeKvBytesSaved] = stats.Merging.KvBytesSaved,
            [SlerpProperties.DraftRounds] = stats.Drafts.Rounds,
            [SlerpProperties.DraftProposed] = stats.Drafts.Proposed,
            [SlerpProperties.DraftAccepted] = stats.Drafts.Accepted,
            [SlerpProperties.DraftFaults] = stats.Drafts.Faults,
        };
        foreach (var (name, source) in stats.Drafts.Sources)
        {
            counts[$"{SlerpProperties.DraftProposed}.{name}"] = source.Proposed;
            counts[$"{SlerpProperties.DraftAccepted}.{name}"] = source.Accepted;
        }

        return counts;
    }

    private ChatFinishReason Finish(FinishReason? finish) =>
        _hasCalls ? ChatFinishReason.ToolCalls
        : finish == FinishReason.Length ? ChatFinishReason.Length
        : ChatFinishReason.Stop;

    private UsageDetails Usage(DecodingRecord record, GenerationStats stats) => new()
    {
        InputTokenCount = stats.PromptTokens,
        OutputTokenCount = stats.OutputTokens,
        TotalTokenCount = (long)stats.PromptTokens + stats.OutputTokens,
        CachedInputTokenCount = stats.CachedPromptTokens,
        ReasoningTokenCount = request.Reading.Reasoning == ReasoningReading.AsText ? null : Math.Min(_reasoningTokens, stats.OutputTokens),
        AdditionalCounts = Counts(record, stats),
    };
}
