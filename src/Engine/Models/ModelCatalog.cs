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
    public static IModelFamily Find(ModelConfig config) => Find(config.Architecture, config.ModelType);

    /// <summary>Throws where no family answers to the names of config.json.</summary>
    /// <exception cref="UnsupportedModelException">No family answers; the message lists the known ones.</exception>
    public static void Require(string? architecture, string? modelType) => Find(architecture, modelType);

    private static IModelFamily Find(string? architecture, string? modelType)
    {
        foreach (var family in Families)
        {
            var answers = architecture is null ? family.ModelType == modelType : family.Architectures.Contains(architecture, StringComparer.Ordinal);
            if (answers)
            {
                return family;
            }
        }

        var known = string.Join(", ", Families.SelectMany(static family => family.Architectures));
        throw new UnsupportedModelException(
            $"config.json names the architecture '{Excerpt.Of(architecture ?? modelType ?? "(none)")}'; this build knows {known}. Use a checkpoint of one of these.");
    }
}
