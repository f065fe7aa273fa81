using System.Runtime.InteropServices;

namespace Slerp.Engine.TorchSharp;

/// <summary>Turns what libtorch reports into what callers know.</summary>
internal static class TorchFailure
{
    private static readonly string[] MemoryWords = ["out of memory", "can't allocate memory", "not enough memory", "Cannot allocate memory", "STATUS_ALLOC_FAILED"];

    /// <summary>A failure inside a verb: transient where memory was denied, because other requests give theirs back.</summary>
    public static DeviceException Of(string verb, string device, ExternalException failure)
    {
        var reason = FirstLine(failure.Message);
        return MemoryWords.Any(word => failure.Message.Contains(word, StringComparison.OrdinalIgnoreCase))
            ? new DeviceException(
                $"{verb} was denied memory on {device}: {reason} Try again when less runs; or lower KvCacheBytes, PrefillChunkTokens or MaxConcurrentRequests.",
                isTransient: true, failure)
            : new DeviceException($"{verb} failed on {device}: {reason}{RemedyOf(failure)}", isTransient: false, failure);
    }

    // The runtime refuses all that follows on the device.
    private static string RemedyOf(ExternalException failure) =>
        failure.Message.Contains("CUDA error", StringComparison.Ordinal) ? " Start the process anew: a CUDA device that failed serves it no more." : "";

    // What follows the first line is a trace of native frames.
    private static string FirstLine(string message)
    {
        var line = message.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end].TrimEnd();
        return line.EndsWith('.') ? line.ToString() : $"{line}.";
    }
}
