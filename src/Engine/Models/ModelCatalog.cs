using Slerp.Engine.Checkpoints;

namespace Slerp.Engine.Models;

/// <summary>The families of this build, one line each.</summary>
internal static class ModelCatalog
{
    /// <summary>Every family.</summary>
    public static IReadOnlyList<IModelFamily> Families { get; } =
    [
        new Llama(),
        new Mistral(),
        new Qwen2(),
        new Qwen3(),
    ];

    /// <summary>The family a checkpoint belongs to.</summary>
    /// <exception cref="UnsupportedModelException">No family answers; the message lists the known ones.</exception>
    public static IModelFamily Find(ModelConfig config)
    {
        foreach (var family in Families)
        {
            var answers = config.Architecture is { } architecture
                ? family.Architectures.Contains(architecture, StringComparer.Ordinal)
                : family.ModelType == config.ModelType;
            if (answers)
            {
                return family;
            }
        }

        var known = string.Join(", ", Families.SelectMany(static family => family.Architectures));
        throw new UnsupportedModelException(
            $"config.json names the architecture '{config.Architecture ?? config.ModelType ?? "(none)"}'; this build knows {known}. Use a checkpoint of one of these.");
    }
}
