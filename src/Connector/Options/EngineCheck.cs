using System.Globalization;
using Microsoft.Extensions.Options;
using Slerp.Engine;

namespace Slerp.Connector.Options;

/// <summary>What the build and the machine say to an engine's settings before a model is loaded. What a device has is found out by the load.</summary>
internal static class EngineCheck
{
    // What the field's own range says already is not said again.
    private const int MostThreads = 1024;

    /// <summary>Says what is wrong with them.</summary>
    public static void AddFaults(SlerpEngineOptions? engine, IEnumerable<BackendProvider>? backends, ValidateOptionsResultBuilder failures)
    {
        if (engine is null)
        {
            return;
        }

        if (!string.IsNullOrWhiteSpace(engine.Backend) && EngineCatalog.BackendFault(engine.Backend, [.. backends ?? []]) is { } fault)
        {
            failures.AddError(fault, $"{nameof(SlerpChatClientOptions.Engine)}.{nameof(SlerpEngineOptions.Backend)}");
        }

        if (engine.Threads <= MostThreads && engine.Threads > Environment.ProcessorCount)
        {
            failures.AddError(
                string.Create(CultureInfo.InvariantCulture, $"is {engine.Threads}; this machine has {Environment.ProcessorCount} processors. Lower it, or set 0 for one per physical core."),
                $"{nameof(SlerpChatClientOptions.Engine)}.{nameof(SlerpEngineOptions.Threads)}");
        }
    }
}
