using Slerp.Engine;

namespace Slerp.Connector;

/// <summary>Keys of <c>AdditionalProperties</c> this client reads (on options and content) and writes (on responses).</summary>
/// <remarks>Values may be numbers, booleans or strings, plain or as JSON elements.</remarks>
public static class SlerpProperties
{
    /// <summary>In usage counts: earlier answers that were compared with the unmerged model.</summary>
    public const string ShadowAnswers = "slerp.shadow.answers";

    /// <summary>In the response: the share of tokens that agreed in those comparisons; absent before the first.</summary>
    public const string ShadowAgreement = "slerp.shadow.agreement";

    /// <summary>Options, boolean: continue the text of the messages as it stands, without a chat template.</summary>
    public const string Raw = "slerp.raw";

    /// <summary>Options, text of at most 128 characters: whose request it is; cached state is never shared between tenants.</summary>
    public const string Tenant = "slerp.tenant";

    /// <summary>Request: the drafter, a name of <see cref="EngineCatalog.Drafters"/>; it changes the speed of an answer, never its text.</summary>
    public const string Drafter = "slerp.drafter";

    /// <summary>Options, "none", "prompt" or "incremental" (true is "prompt", false "none"): what is merged inside the model. Lossy.</summary>
    public const string Merge = "slerp.merge";

    /// <summary>Options, number from 0 to 1: the share of the layers that see every token.</summary>
    public const string MergeCutoff = "slerp.merge.cutoff";

    /// <summary>Options, number from -1 to 1: the least cosine of neighbours that become one; without it pairs are chosen by parity.</summary>
    public const string MergeThreshold = "slerp.merge.threshold";

    /// <summary>Options, "mean" or "compressed": where merged tokens and those after them stand.</summary>
    public const string MergePositions = "slerp.merge.positions";

    /// <summary>Options, "perrow" or "reference": how the angle of a pair is measured.</summary>
    public const string MergeVariant = "slerp.merge.variant";

    /// <summary>Options, integer, incremental merging: tokens kept at the beginning.</summary>
    public const string MergeKeepFirst = "slerp.merge.keep_first";

    /// <summary>Options, integer, incremental merging: the last tokens are kept only where more than this many follow the first.</summary>
    public const string MergeMinimum = "slerp.merge.minimum";

    /// <summary>Options, integer, incremental merging: tokens kept at the end.</summary>
    public const string MergeKeepLast = "slerp.merge.keep_last";

    /// <summary>Response, usage count: tokens that the layers above the cutoff did not run.</summary>
    public const string MergedTokens = "slerp.merge.tokens";

    /// <summary>Response, usage count: bytes of KV cache that merging saved.</summary>
    public const string MergeKvBytesSaved = "slerp.merge.kv_bytes_saved";

    /// <summary>Response, number: mean cosine of the merged pairs; 0 where nothing was merged.</summary>
    public const string MergeSimilarity = "slerp.merge.similarity";

    /// <summary>Response: steps that ran a draft.</summary>
    public const string DraftRounds = "slerp.draft.rounds";

    /// <summary>Response: tokens proposed by drafters. Counts by source follow the name: slerp.draft.proposed.lookup.</summary>
    public const string DraftProposed = "slerp.draft.proposed";

    /// <summary>Response: proposed tokens that were the model's own. Counts by source follow the name: slerp.draft.accepted.lookup.</summary>
    public const string DraftAccepted = "slerp.draft.accepted";

    /// <summary>Response: times a drafter failed and the answer went on without it.</summary>
    public const string DraftFaults = "slerp.draft.faults";

    /// <summary>Options, number in [0, 1): drop tokens below this share of the most likely one's probability.</summary>
    public const string MinP = "min_p";

    /// <summary>Options, number above 0: divides positive and multiplies negative logits of tokens already seen; 1 does nothing.</summary>
    public const string RepetitionPenalty = "repetition_penalty";

    /// <summary>Options, integer: not supported; refused unless 0.</summary>
    public const string NoRepeatNgramSize = "no_repeat_ngram_size";

    /// <summary>Text content, boolean: the text is context to draw on. Set by <c>AsContext()</c>.</summary>
    public const string Context = "slerp.context";

    /// <summary>Response, integer: the seed the answer was drawn with; the same seed and options give the same text.</summary>
    public const string Seed = "slerp.seed";

    /// <summary>Response, usage count, integer: passes over the weights after the prompt.</summary>
    public const string Steps = "slerp.steps";

    /// <summary>Response, usage count, integer: tokens those passes gave, the end token and tokens taken back among them.</summary>
    public const string DecodedTokens = "slerp.decoded_tokens";

    /// <summary>Response, usage count, integer: times the answer went on in vanilla decoding after a failed check or a fault.</summary>
    public const string Fallbacks = "slerp.fallbacks";

    /// <summary>Options, "lossy", "always" or "never": which answers are judged by segments before they are shown.</summary>
    public const string Gate = "slerp.gate";

    /// <summary>Response, text: why the answer went on in vanilla decoding; absent where it did not.</summary>
    public const string FallbackReason = "slerp.fallback.reason";

    /// <summary>Response, text: where it did: prefill or decode.</summary>
    public const string FallbackStage = "slerp.fallback.stage";

    /// <summary>Response, text: the check that failed it; absent where none did.</summary>
    public const string FallbackCheck = "slerp.fallback.check";

    /// <summary>Response, usage count: tokens that were written, judged and taken back.</summary>
    public const string RejectedTokens = "slerp.rejected_tokens";

    /// <summary>Response, usage count: verdicts on shown text that did not pass. They are reported; nothing is taken back.</summary>
    public const string FailedChecks = "slerp.failed_checks";

    /// <summary>Response, number: milliseconds from submission to the first step.</summary>
    public const string QueueMilliseconds = "slerp.queue_ms";

    /// <summary>Response, number: milliseconds from the first step to the first token.</summary>
    public const string PrefillMilliseconds = "slerp.prefill_ms";

    /// <summary>Response, number: milliseconds from the first token to the last.</summary>
    public const string DecodeMilliseconds = "slerp.decode_ms";

    /// <summary>Response, number: tokens per second after the first, (tokens − 1) / (time of the last − time of the first), those that came at once with the first and an end token left out; 0 where none came later.</summary>
    public const string TokensPerSecond = "slerp.tokens_per_second";
}
