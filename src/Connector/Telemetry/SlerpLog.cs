using Microsoft.Extensions.Logging;
using Slerp.Engine;

namespace Slerp.Connector.Telemetry;

/// <summary>Every log event of the connector. None carries text of prompts or answers.</summary>
internal static partial class SlerpLog
{
    [LoggerMessage(1, LogLevel.Information, "Loading model {ModelPath} on {Backend}.")]
    public static partial void LoadingModel(this ILogger logger, string modelPath, string backend);

    [LoggerMessage(2, LogLevel.Debug, "Loading model: {Percent} % ({BytesDone} of {BytesTotal} bytes).")]
    public static partial void LoadProgressed(this ILogger logger, int percent, long bytesDone, long bytesTotal);

    [LoggerMessage(3, LogLevel.Information, "Loaded model {Model} ({Architecture}) on {Device}: {WeightFormat}, {WeightBytes} bytes of weights, context of {ContextTokens} tokens, {KvCacheBytes} bytes of KV cache, {Seconds:F2} s.")]
    public static partial void LoadedModel(
        this ILogger logger, string model, string architecture, string device, WeightFormat weightFormat, long weightBytes, int contextTokens, long kvCacheBytes, double seconds);

    [LoggerMessage(4, LogLevel.Error, "Loading model {ModelPath} failed. The next try is {Seconds:F0} s from now at the earliest.")]
    public static partial void LoadFailed(this ILogger logger, string modelPath, double seconds, Exception failure);

    [LoggerMessage(5, LogLevel.Information, "Model {Model} has the adapter {Adapter} merged into {Matrices} matrices: rank {Rank}, scale {Scale}, trained on {BaseModel}.")]
    public static partial void MergedAdapter(
        this ILogger logger, string model, string adapter, int matrices, int rank, double scale, string baseModel);

    [LoggerMessage(EventId = 6, Message = "No ModelPath is given: {Client} uses the embedded demonstration model at {ModelPath}, which shows that everything works and knows nothing. Set ModelPath to a checkpoint folder.")]
    public static partial void UsesEmbeddedModel(this ILogger logger, LogLevel level, string client, string modelPath);

    [LoggerMessage(10, LogLevel.Debug, "Request {ResponseId} begins.")]
    public static partial void RequestStarted(this ILogger logger, string responseId);

    [LoggerMessage(11, LogLevel.Information, "Request {ResponseId} answered: {PromptTokens} prompt tokens ({CachedTokens} cached), {OutputTokens} output tokens in {Steps} steps, {Milliseconds:F0} ms.")]
    public static partial void RequestAnswered(
        this ILogger logger, string responseId, int promptTokens, int cachedTokens, int outputTokens, int steps, double milliseconds);

    [LoggerMessage(12, LogLevel.Debug, "Request {ResponseId} was cancelled or left after {Milliseconds:F0} ms.")]
    public static partial void RequestLeft(this ILogger logger, string responseId, double milliseconds);

    [LoggerMessage(13, LogLevel.Warning, "Request {ResponseId} failed after {Milliseconds:F0} ms.")]
    public static partial void RequestFailed(this ILogger logger, string responseId, double milliseconds, Exception failure);

    [LoggerMessage(14, LogLevel.Debug, "Request {ResponseId}: the chat template refused the turns as given; trying again with alternating turns.")]
    public static partial void TemplateRefused(this ILogger logger, string responseId, ChatTemplateException failure);

    [LoggerMessage(15, LogLevel.Debug, "Embedded {Texts} texts of {Tokens} tokens in {Milliseconds:F0} ms.")]
    public static partial void Embedded(this ILogger logger, int texts, int tokens, double milliseconds);

    [LoggerMessage(16, LogLevel.Warning, "Embedding {Texts} texts failed after {Milliseconds:F0} ms.")]
    public static partial void EmbeddingFailed(this ILogger logger, int texts, double milliseconds, Exception failure);

    [LoggerMessage(26, LogLevel.Debug, "Embedding {Texts} texts was cancelled after {Milliseconds:F0} ms.")]
    public static partial void EmbeddingLeft(this ILogger logger, int texts, double milliseconds);

    [LoggerMessage(17, LogLevel.Warning, "Model {Model} cannot take a request ({Reason}): another client answers it.")]
    public static partial void Overflowed(this ILogger logger, string model, string reason, Exception failure);

    [LoggerMessage(18, LogLevel.Warning, "Request {ResponseId} went on in vanilla decoding after {Tokens} tokens: {Reason} in {Stage} (check: {Check}).")]
    public static partial void FellBack(this ILogger logger, string responseId, int tokens, string reason, string stage, string check, Exception? failure);

    [LoggerMessage(25, LogLevel.Information, "Request {ResponseId} was answered in vanilla decoding: the circuit of its strategy is open.")]
    public static partial void CircuitWasOpen(this ILogger logger, string responseId);

    [LoggerMessage(19, LogLevel.Warning, "Request {ResponseId}: the drafter {Drafter} failed {Faults} times, which costs speed and no answer. The first: {Cause}")]
    public static partial void DrafterFailed(this ILogger logger, string responseId, string? drafter, int faults, string cause);

    [LoggerMessage(24, LogLevel.Information, "An answer by {Strategy} was compared with the unmerged model: {Share:P1} of {Tokens} tokens agree; {Rows} tokens read again in {Milliseconds:F0} ms.")]
    public static partial void Compared(this ILogger logger, string strategy, double share, int tokens, int rows, double milliseconds);

    [LoggerMessage(22, LogLevel.Warning, "The cutoff of {Strategy} is now at least {Cutoff}: the agreement budget is {Budget}.")]
    public static partial void Steered(this ILogger logger, string strategy, double cutoff, double budget);

    [LoggerMessage(23, LogLevel.Debug, "An answer by {Strategy} was not compared with the unmerged model.")]
    public static partial void NotCompared(this ILogger logger, string strategy, Exception failure);

    [LoggerMessage(20, LogLevel.Warning, "Ignored: {What}. {Why}")]
    public static partial void IgnoredWithWarning(this ILogger logger, string what, string why);

    [LoggerMessage(21, LogLevel.Debug, "Ignored: {What}. {Why}")]
    public static partial void IgnoredQuietly(this ILogger logger, string what, string why);
}
