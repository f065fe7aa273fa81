using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Slerp.Connector.DependencyInjection;

/// <summary>Options as they were when they were first asked for. Thread-safe.</summary>
/// <remarks>Configuration that is changed while the application runs changes no client; and one that is made later takes what an earlier one of its model was made with, not a second model.</remarks>
/// <typeparam name="TOptions">Their kind.</typeparam>
/// <param name="monitor">Where they are made and validated.</param>
internal sealed class FirstOptions<TOptions>(IOptionsMonitor<TOptions> monitor)
    where TOptions : class
{
    private readonly ConcurrentDictionary<string, TOptions> _read = new(StringComparer.Ordinal);

    /// <summary>Those of a name.</summary>
    /// <exception cref="OptionsValidationException">They are not valid; the next call reads them again.</exception>
    public TOptions Get(string name) => _read.GetOrAdd(name, monitor.Get);
}
