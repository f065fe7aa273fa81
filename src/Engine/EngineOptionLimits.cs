using System.Runtime.CompilerServices;

namespace Slerp.Engine;

/// <summary>What an engine may be made with; checked before anything is read.</summary>
internal static class EngineOptionLimits
{
    private const int MaxConcurrentRequests = 4096;

    /// <summary>Throws where a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public static void Check(EngineOptions options)
    {
        Require(
            options.Threads >= 0 && options.Threads <= Environment.ProcessorCount, options.Threads,
            $"0 (one for each physical core) to {Environment.ProcessorCount}, the processors of this machine");
        Require(options.ContextTokens >= 0, options.ContextTokens, "0 (the model's own limit) or more");
        Require(options.KvCacheBytes >= 0, options.KvCacheBytes, "0 (chosen by the engine) or more");
        Require(Enum.IsDefined(options.KvFormat), options.KvFormat, "one of " + string.Join(", ", Enum.GetNames<KvFormat>()));
        Require(options.MaxConcurrentRequests is >= 1 and <= MaxConcurrentRequests, options.MaxConcurrentRequests, $"1 to {MaxConcurrentRequests}");
        Require(options.QueueLimit >= 0, options.QueueLimit, "0 (nobody waits) or more");
        Require(options.CachedPrefixes is >= 0 and <= MaxConcurrentRequests, options.CachedPrefixes, $"0 (none) to {MaxConcurrentRequests}");
        Require(options.PrefillChunkTokens >= 1, options.PrefillChunkTokens, "at least 1");
    }

    private static void Require(bool holds, object value, string expected, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!holds)
        {
            var option = name[(name.LastIndexOf('.') + 1)..];
            throw new ArgumentOutOfRangeException(option, value, $"{option} is {value}; expected {expected}.");
        }
    }
}
