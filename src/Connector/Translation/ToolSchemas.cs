using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slerp.Connector.Telemetry;
using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>Tells of tools whose schema says more than a grammar can keep: once for each tool and schema. Thread-safe.</summary>
/// <param name="ignored">Who is told.</param>
internal sealed class ToolSchemas(IgnoredFeatures ignored)
{
    /// <summary>Tools can come from callers: beyond this many schemas none is looked at any more.</summary>
    private const int MostRemembered = 256;

    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);

    /// <summary>Looks at a tool that is offered.</summary>
    public void Note(ChatTool tool)
    {
        if (tool.Parameters.ValueKind != JsonValueKind.Object || _seen.Count >= MostRemembered || !_seen.TryAdd(Fingerprint(tool), true))
        {
            return;
        }

        if (EngineCatalog.ToolSchemaFault(tool) is { } fault)
        {
            ignored.Warn($"the schema of tool '{tool.Name}'", $"Its arguments are kept to JSON objects of any kind, which the tool has to check: {fault}");
        }
    }

    private static string Fingerprint(ChatTool tool) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{tool.Name}\n{tool.Parameters.GetRawText()}")));
}
