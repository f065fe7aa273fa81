namespace Slerp.Connector.Telemetry;

/// <summary>Names of what the connector measures. Client-side <c>gen_ai</c> spans come from the application's own pipeline.</summary>
public static class SlerpTelemetry
{
    /// <summary>The meter to subscribe to.</summary>
    public const string MeterName = "Slerp";

    /// <summary>Provider name in metadata and tags.</summary>
    public const string ProviderName = "slerp";

    /// <summary>Histogram, seconds: from the call to the last word.</summary>
    public const string RequestDuration = "gen_ai.server.request.duration";

    /// <summary>Histogram, seconds: from submission to the first token; of answers that did not fail.</summary>
    public const string TimeToFirstToken = "gen_ai.server.time_to_first_token";

    /// <summary>Histogram, seconds: per token after the first, from the first to the last; those that came at once with the first and an end token left out. Of answers that did not fail.</summary>
    public const string TimePerOutputToken = "gen_ai.server.time_per_output_token";

    /// <summary>Counter, tokens of prompts that an answer was begun to and of texts that were embedded, those found in the cache among them; by <see cref="OperationTag"/>.</summary>
    public const string InputTokens = "slerp.input.tokens";

    /// <summary>Counter, tokens written.</summary>
    public const string OutputTokens = "slerp.output.tokens";

    /// <summary>Counter, steps that ran a draft; by <see cref="DrafterTag"/>.</summary>
    public const string DraftRounds = "slerp.draft.rounds";

    /// <summary>Counter, tokens proposed; by <see cref="DrafterTag"/> and <see cref="DraftSourceTag"/>.</summary>
    public const string DraftProposedTokens = "slerp.draft.proposed_tokens";

    /// <summary>Counter, proposed tokens that were the model's own; by <see cref="DrafterTag"/> and <see cref="DraftSourceTag"/>.</summary>
    public const string DraftAcceptedTokens = "slerp.draft.accepted_tokens";

    /// <summary>Counter, times a drafter failed and the answer went on without it; by <see cref="DrafterTag"/>.</summary>
    public const string DraftFaults = "slerp.draft.faults";

    /// <summary>Histogram, tokens: per step of an answer, the token the step would have given without a draft among them; by <see cref="DrafterTag"/>.</summary>
    public const string DraftTokensPerStep = "slerp.draft.tokens_per_step";

    /// <summary>Histogram, tokens: proposed ones that were the model's own, per step that ran a draft; by <see cref="DrafterTag"/>.</summary>
    public const string DraftAcceptedLength = "slerp.draft.accepted_length";

    /// <summary>Histogram, tokens: proposed per step that ran a draft; by <see cref="DrafterTag"/>.</summary>
    public const string DraftWidth = "slerp.draft.width";

    /// <summary>Up-down counter, requests being answered, waiting ones included.</summary>
    public const string ActiveRequests = "slerp.requests.active";

    /// <summary>Gauge, requests that wait to be admitted, by model.</summary>
    public const string QueuedRequests = "slerp.requests.queued";

    /// <summary>Gauge, bytes of KV cache held by running requests and kept for later turns, by model.</summary>
    public const string KvCacheBytes = "slerp.kv_cache.bytes";

    /// <summary>Counter, prompt tokens found in the cache.</summary>
    public const string PrefixCacheHitTokens = "slerp.prefix_cache.hit_tokens";

    /// <summary>Span of one call of an embedding generator, of the activity source named as the meter.</summary>
    public const string EmbedSpan = "slerp.embed";

    /// <summary>Span of one answer, of the activity source named as the meter. Its event <see cref="PrefillEndEvent"/> marks the first token.</summary>
    public const string GenerateSpan = "slerp.generate";

    /// <summary>Event of <see cref="GenerateSpan"/>: the prompt was read.</summary>
    public const string PrefillEndEvent = "slerp.prefill.end";

    /// <summary>Event of <see cref="GenerateSpan"/>: the answer went on in vanilla decoding; with <see cref="FallbackReasonTag"/> and <see cref="FallbackStageTag"/>.</summary>
    public const string FallbackEvent = "slerp.fallback";

    /// <summary>Histogram, seconds: loading a model.</summary>
    public const string ModelLoadDuration = "slerp.model.load.duration";

    /// <summary>Counter, requests another client answered (<c>FallbackTo</c>).</summary>
    public const string Overflows = "slerp.overflows";

    /// <summary>Tag of <see cref="Overflows"/>: "capacity", "context" or "unhealthy".</summary>
    public const string OverflowReasonTag = "slerp.overflow.reason";

    /// <summary>Tag: the drafter that was asked for, such as "auto".</summary>
    public const string DrafterTag = "slerp.draft.drafter";

    /// <summary>Tag: where a drafted token came from, such as "recycling" or "lookup".</summary>
    public const string DraftSourceTag = "slerp.draft.source";

    /// <summary>Counter: answers that went on in vanilla decoding, by reason, stage and check.</summary>
    public const string Fallbacks = "slerp.fallbacks";

    /// <summary>Counter, tokens that were written, judged and taken back.</summary>
    public const string RejectedTokens = "slerp.rejected_tokens";

    /// <summary>Counter, tokens that merging removed from the upper layers.</summary>
    public const string MergedTokens = "slerp.merge.tokens_removed";

    /// <summary>Counter, bytes of KV cache that merging saved.</summary>
    public const string MergeKvBytesSaved = "slerp.merge.kv_bytes_saved";

    /// <summary>Gauge, by model and <see cref="StrategyTag"/>: a circuit: 0 closed, 1 half-open, 2 open, 3 held open by hand. <see cref="ClientTag"/> where those two do not tell it from another.</summary>
    public const string CircuitState = "slerp.circuit.state";

    /// <summary>Histogram, share of a merged answer's tokens that the unmerged model chooses too; by <see cref="StrategyTag"/>.</summary>
    public const string ShadowAgreement = "slerp.shadow.agreement";

    /// <summary>Histogram, seconds: comparing one answer, in pauses of the engine.</summary>
    public const string ShadowDuration = "slerp.shadow.duration";

    /// <summary>Counter, tokens read again to compare answers.</summary>
    public const string ShadowTokens = "slerp.shadow.tokens";

    /// <summary>Tag: why an answer fell back: quality, timeout, check_error, non_finite, error or circuit_open.</summary>
    public const string FallbackReasonTag = "slerp.fallback.reason";

    /// <summary>Tag: where it fell back: prefill, decode or draft.</summary>
    public const string FallbackStageTag = "slerp.fallback.stage";

    /// <summary>Tag: the check that spoke; absent where none did.</summary>
    public const string FallbackCheckTag = "slerp.fallback.check";

    /// <summary>Tag: what a circuit guards.</summary>
    public const string StrategyTag = "slerp.strategy";

    /// <summary>Tag of <see cref="CircuitState"/>: the keys of the clients whose circuit it is, with commas between; "default" for the client without a key.</summary>
    public const string ClientTag = "slerp.client";

    /// <summary>Tag: "chat" or "embeddings".</summary>
    public const string OperationTag = "gen_ai.operation.name";

    internal const string ChatOperation = "chat";

    internal const string EmbeddingsOperation = "embeddings";

    /// <summary>Tag: always <see cref="ProviderName"/>.</summary>
    public const string ProviderTag = "gen_ai.provider.name";

    /// <summary>Tag: the model's id.</summary>
    public const string RequestModelTag = "gen_ai.request.model";

    /// <summary>Tag: the model that answered, which is the same; absent where the answer did not come to its end.</summary>
    public const string ResponseModelTag = "gen_ai.response.model";

    /// <summary>Tag: true where the caller cancelled or stopped reading before the answer's end, absent otherwise. Leaving is no failure: <see cref="ErrorTag"/> is absent then.</summary>
    public const string LeftTag = "slerp.request.left";

    /// <summary>Tag: the type of the failure, absent on success and where the caller left.</summary>
    public const string ErrorTag = "error.type";
}
