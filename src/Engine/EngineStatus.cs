namespace Slerp.Engine;

/// <summary>How an engine stands at a moment. A snapshot for health checks and gauges.</summary>
/// <param name="IsServing">Whether it takes requests: false once it is disposed.</param>
/// <param name="QueuedRequests">Requests that wait to be admitted.</param>
/// <param name="QueueLimit">Most requests that may wait.</param>
/// <param name="KvCacheBytesHeld">Bytes of KV cache pages held by running requests and kept for later turns.</param>
/// <param name="KvCacheBytes">Bytes of all pages.</param>
public readonly record struct EngineStatus(bool IsServing, int QueuedRequests, int QueueLimit, long KvCacheBytesHeld, long KvCacheBytes)
{
    /// <summary>What went wrong with the warm start of token recycling; null where nothing did. It costs speed, no answer.</summary>
    public Exception? WarmStartFailure { get; init; }
}
