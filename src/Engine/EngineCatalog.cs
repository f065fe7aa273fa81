using Slerp.Engine.Backends;
using Slerp.Engine.Drafting;
using Slerp.Engine.Models;
using Slerp.Engine.Quality;

namespace Slerp.Engine;

/// <summary>What this build contains.</summary>
public static class EngineCatalog
{
    /// <summary>Architectures of config.json that can be loaded.</summary>
    public static IReadOnlyList<string> Architectures { get; } = [.. ModelCatalog.Families.SelectMany(static family => family.Architectures)];

    /// <summary>Drafters by name; the first is the default, "vanilla" decodes without one.</summary>
    public static IReadOnlyList<string> Drafters { get; } = DrafterCatalog.Names;

    /// <summary>Quality checks by name.</summary>
    public static IReadOnlyList<string> QualityChecks { get; } = QualityCatalog.Names;

    /// <summary>Those of them that are worth asking unless something else is said.</summary>
    public static IReadOnlyList<string> DefaultQualityChecks { get; } = QualityCatalog.DefaultNames;

    /// <summary>A quality check of this build. Thread-safe, and free of state.</summary>
    /// <param name="name">One of <see cref="QualityChecks"/>.</param>
    /// <exception cref="ArgumentException">The name is not known.</exception>
    public static IQualityCheck QualityCheck(string name) => QualityCatalog.Find(name)
        ?? throw new ArgumentException($"Unknown quality check '{name}'. Known: {string.Join(", ", QualityChecks)}.", nameof(name));

    /// <summary>Why <see cref="EngineOptions.Backend"/> cannot be served by this build: what is known, and what to do. Thread-safe; looks for no device.</summary>
    /// <param name="backend">The name.</param>
    /// <param name="providers">The backends of other assemblies.</param>
    /// <returns>The fault; null where a backend answers to the name.</returns>
    public static string? BackendFault(string backend, IReadOnlyCollection<BackendProvider> providers)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(providers);
        return BackendCatalog.Fault(backend, providers);
    }

    /// <summary>Why the arguments of a tool's calls cannot be kept to its schema: they are any object then, and the tool has to judge them. Thread-safe; takes as long as compiling the schema.</summary>
    /// <param name="tool">The tool.</param>
    /// <returns>The keyword and where it stands; null where the schema is kept.</returns>
    public static string? ToolSchemaFault(ChatTool tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        return OutputGrammar.ArgumentsFault(tool);
    }
}
