using Slerp.Engine.Backends;

namespace Slerp.Engine.Checkpoints;

/// <summary>A checkpoint's weights with a PEFT low-rank adapter applied: W + scale · B·A, computed as rows are read.</summary>
/// <remarks>
/// <para>The base is only read, never changed; an adapter that does not fit fails and leaves the base as it was.</para>
/// <para>Owns both sources. Thread-safety: as <see cref="IWeightSource"/>.</para>
/// </remarks>
internal sealed class LoraWeights : IWeightSource
{
    /// <summary>The file name of an adapter's weights.</summary>
    public const string WeightsFileName = "adapter_model.safetensors";

    private const string Prefix = "base_model.model.";

    private const string SuffixA = ".lora_A.weight";

    private const string SuffixB = ".lora_B.weight";

    private readonly IWeightSource weights;
    private readonly SafetensorsWeights adapter;
    private readonly LoraConfig config;

    private LoraWeights(IWeightSource weights, SafetensorsWeights adapter, LoraConfig config)
    {
        this.weights = weights;
        this.adapter = adapter;
        this.config = config;
    }

    /// <inheritdoc/>
    /// <remarks>Names parts of the adapter too: an update that no module asked for has no effect.</remarks>
    public IReadOnlyCollection<string> NeverServed => [.. weights.NeverServed, .. adapter.NeverServed];

    /// <summary>Applies the adapter of a folder.</summary>
    /// <param name="weights">The base; owned by the result, and left open if this fails.</param>
    /// <param name="folder">The folder of adapter_config.json and adapter_model.safetensors.</param>
    /// <exception cref="CheckpointException">The adapter is missing, malformed, or not for this base.</exception>
    public static LoraWeights Open(IWeightSource weights, string folder)
    {
        var configPath = CheckpointPath.Find(folder, LoraConfig.FileName)
            ?? throw new CheckpointException(folder, $"the folder holds no {LoraConfig.FileName}; expected a PEFT adapter.");
        var config = LoraConfig.Read(configPath, Path.Combine(folder, LoraConfig.FileName));
        var weightsPath = CheckpointPath.Find(folder, WeightsFileName)
            ?? throw new CheckpointException(
                folder, $"the folder holds no {WeightsFileName}. Pickled adapters are never opened; save it as safetensors.");
        var adapter = SafetensorsWeights.OpenFile(weightsPath, Path.Combine(folder, WeightsFileName));
        try
        {
            CheckFits(weights, adapter, config, Path.Combine(folder, WeightsFileName));
            adapter.RequireFinite();
            return new LoraWeights(weights, adapter, config);
        }
        catch (CheckpointException)
        {
            adapter.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool Contains(string name) => weights.Contains(name);

    /// <inheritdoc/>
    public WeightTensor Get(string name, params ReadOnlySpan<int> shape)
    {
        var weight = weights.Get(name, shape);
        var module = Prefix + (name.EndsWith(".weight", StringComparison.Ordinal) ? name[..^".weight".Length] : name);
        return adapter.Contains(module + SuffixA)
            ? new LoraTensor(
                weight,
                adapter.Get(module + SuffixA, config.Rank, weight.Columns),
                adapter.Get(module + SuffixB, weight.Rows, config.Rank),
                config.Scale)
            : weight;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        weights.Dispose();
        adapter.Dispose();
    }

    private static void CheckFits(IWeightSource weights, SafetensorsWeights adapter, LoraConfig config, string file)
    {
        var adapted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in adapter.NeverServed)
        {
            if (!TryGetModule(name, out var module) || !adapter.Contains(Prefix + module + SuffixA) || !adapter.Contains(Prefix + module + SuffixB))
            {
                throw new CheckpointException(
                    file,
                    $"tensor '{Excerpt.Of(name)}' is not one of a pair '{Prefix}<module>{SuffixA}' and '{SuffixB}'; the engine supports low-rank pairs only.");
            }

            if (!weights.Contains(module + ".weight"))
            {
                throw new CheckpointException(
                    file,
                    $"tensor '{Excerpt.Of(name)}' adapts '{Excerpt.Of(module)}.weight', which the base does not have. The adapter is for another model.");
            }

            adapted.Add(module[(module.LastIndexOf('.') + 1)..]);
        }

        foreach (var target in config.TargetModules)
        {
            if (!adapted.Contains(target[(target.LastIndexOf('.') + 1)..]))
            {
                throw new CheckpointException(
                    file, $"no tensor adapts the target module '{Excerpt.Of(target)}' of {LoraConfig.FileName}. The adapter is incomplete.");
            }
        }
    }

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
}
