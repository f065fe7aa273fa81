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

    /// <summary>What is thrown where an option cannot be served by the machine, the model or the build: a mistake of the caller's, no fault of the device.</summary>
    /// <param name="option">The option's name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="message">What failed, the value, the limit, what to do.</param>
    public static ArgumentOutOfRangeException Refusal(string option, object value, string message) => new(option, value, message);

    private static void Require(bool holds, object value, string expected, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!holds)
        {
            var option = name[(name.LastIndexOf('.') + 1)..];
            throw Refusal(option, value, $"{option} is {value}; expected {expected}.");
        }
    }
}
