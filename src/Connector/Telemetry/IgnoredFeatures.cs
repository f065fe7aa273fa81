using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Slerp.Connector.Telemetry;

/// <summary>Says what was left out of a request: a warning the first time, quietly after that. Thread-safe.</summary>
internal sealed class IgnoredFeatures(ILogger logger)
{
    /// <summary>Names can come from callers: beyond this many nothing is remembered, and repeats are logged quietly.</summary>
    private const int MostRemembered = 256;

    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);

    /// <summary>Tells that something was ignored.</summary>
    public void Warn(string what, string why)
    {
        if (_told.Count < MostRemembered && _told.TryAdd(what, true))
        {
            logger.IgnoredWithWarning(what, why);
        }
        else
        {
            logger.IgnoredQuietly(what, why);
        }
    }

    /// <summary>Tells, at debug level, that something was ignored which the contract says to ignore.</summary>
    public void Note(string what, string why) => logger.IgnoredQuietly(what, why);
}
