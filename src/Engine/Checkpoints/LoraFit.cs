using System.Collections.Frozen;

namespace Slerp.Engine.Checkpoints;

/// <summary>Whether every tensor of an adapter is half of an update of a weight that the base has; what is not is refused for what it is.</summary>
/// <param name="weights">The base, of which nothing has been asked yet.</param>
/// <param name="adapter">The adapter's tensors, of which nothing has been asked yet.</param>
/// <param name="config">What the adapter says of itself.</param>
/// <param name="file">The adapter's file, for messages.</param>
/// <param name="isHeadTied">Whether the model's head is its embedding table.</param>
internal sealed class LoraFit(IWeightSource weights, SafetensorsWeights adapter, LoraConfig config, string file, bool isHeadTied)
{
    /// <summary>What follows a module's name in the name of its weight.</summary>
    public const string Suffix = ".weight";

    private const string Prefix = "base_model.model.";

    private const string SuffixA = ".lora_A.weight";

    private const string SuffixB = ".lora_B.weight";

    /// <summary>The name of a module's A.</summary>
    public static string A(string module) => Prefix + module + SuffixA;

    /// <summary>The name of a module's B.</summary>
    public static string B(string module) => Prefix + module + SuffixB;

    /// <summary>The modules that are adapted.</summary>
    /// <exception cref="CheckpointException">A tensor is something else, or for something the base does not have; or a module is missing.</exception>
    public FrozenSet<string> Modules()
    {
        var modules = adapter.NeverServed.Select(Module).ToFrozenSet(StringComparer.Ordinal);
        RequireTargets(modules);
        return modules;
    }

    private string Module(string name)
    {
        if (!TryGetModule(name, out var module) || !adapter.Contains(A(module)) || !adapter.Contains(B(module)))
        {
            throw new CheckpointException(file, $"tensor '{Excerpt.Of(name)}' {WhatItIs(name)}");
        }

        if (LastPart(module) == "embed_tokens")
        {
            throw new CheckpointException(file, $"tensor '{Excerpt.Of(name)}' changes the embedding table; the engine merges updates of linear layers only. {LoraConfig.Remedy}");
        }

        if (isHeadTied && module == "lm_head")
        {
            throw new CheckpointException(
                file,
                $"tensor '{Excerpt.Of(name)}' changes the output head, which in this model is the embedding table (tie_word_embeddings): one cannot change alone. {LoraConfig.Remedy}");
        }

        return weights.Contains(module + Suffix)
            ? module
            : throw new CheckpointException(
                file,
                $"tensor '{Excerpt.Of(name)}' adapts '{Excerpt.Of(module)}{Suffix}', which the base does not have. The adapter is for another model{TrainedOn()}.");
    }

    // What an adapter may hold beside pairs, in the words of who trained it.
    private string WhatItIs(string name)
    {
        if (name.Contains(".lora_embedding_", StringComparison.Ordinal))
        {
            return $"changes the embedding table; the engine merges updates of linear layers only. {LoraConfig.Remedy}";
        }

        if (name.StartsWith(Prefix, StringComparison.Ordinal) && weights.Contains(name[Prefix.Length..]))
        {
            return $"is a whole weight in place of the base's, as added tokens or modules_to_save leave it; the engine merges low-rank updates only. {LoraConfig.Remedy}";
        }

        return $"is not one of a pair '{Prefix}<module>{SuffixA}' and '{SuffixB}'; the engine supports low-rank pairs only. {LoraConfig.Remedy}";
    }

    // A list of targets may name modules of other architectures too; of those that the base has, one without an update was lost on the way.
    private void RequireTargets(FrozenSet<string> modules)
    {
        var adapted = modules.Select(LastPart).ToHashSet(StringComparer.Ordinal);
        var known = weights.NeverServed.Where(static name => name.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(static name => LastPart(name[..^Suffix.Length])).ToHashSet(StringComparer.Ordinal);
        foreach (var target in config.TargetModules.Select(LastPart))
        {
            if (known.Contains(target) && !adapted.Contains(target))
            {
                throw new CheckpointException(
                    file, $"no tensor adapts the target module '{Excerpt.Of(target)}' of {LoraConfig.FileName}. The adapter is incomplete.");
            }
        }

        if (modules.Count == 0)
        {
            throw new CheckpointException(file, "it holds no update at all. The adapter is incomplete.");
        }
    }

    private string TrainedOn() => config.BaseModel is { } model ? $": {LoraConfig.FileName} names '{model}'" : "";

    private static bool TryGetModule(string name, out string module)
    {
        module = string.Empty;
        if (name.Length <= Prefix.Length + SuffixA.Length
            || !name.StartsWith(Prefix, StringComparison.Ordinal)
            || !(name.EndsWith(SuffixA, StringComparison.Ordinal) || name.EndsWith(SuffixB, StringComparison.Ordinal)))
        {
            return false;
        }

        module = name[Prefix.Length..^SuffixA.Length];
        return true;
    }

    private static string LastPart(string module) => module[(module.LastIndexOf('.') + 1)..];
}
