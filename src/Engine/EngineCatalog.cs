using Slerp.Engine.Drafting;
using Slerp.Engine.Models;

namespace Slerp.Engine;

/// <summary>What this build contains.</summary>
public static class EngineCatalog
{
    /// <summary>Architectures of config.json that can be loaded.</summary>
    public static IReadOnlyList<string> Architectures { get; } = [.. ModelCatalog.Families.SelectMany(static family => family.Architectures)];

    /// <summary>Drafters by name; the first is the default, "vanilla" decodes without one.</summary>
    public static IReadOnlyList<string> Drafters { get; } = DrafterCatalog.Names;
}
