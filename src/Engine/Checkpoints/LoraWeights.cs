using System.Collections.Frozen;
using Slerp.Engine.Backends;

namespace Slerp.Engine.Checkpoints;

/// <summary>A checkpoint's weights with a PEFT low-rank adapter applied: W + scale · B·A, computed as rows are read.</summary>
/// <remarks>
/// <para>The base is only read, never changed; an adapter that does not fit fails and leaves the base as it was.</para>
/// <para>Owns the adapter's file alone; the base is its owner's. Thread-safety: as <see cref="IWeightSource"/>.</para>
/// </remarks>
internal sealed class LoraWeights : IWeightSource
{
    /// <summary>The file name of an adapter's weights.</summary>
    public const string WeightsFileName = "adapter_model.safetensors";

    private readonly IWeightSource weights;
    private readonly SafetensorsWeights adapter;
    private readonly FrozenSet<string> modules;
    private readonly string file;

    private LoraWeights(IWeightSource weights, SafetensorsWeights adapter, LoraConfig config, FrozenSet<string> modules, string file)
    {
        this.weights = weights;
        this.adapter = adapter;
        this.modules = modules;
        this.file = file;
        Config = config;
    }

    /// <summary>What the adapter says of itself.</summary>
    public LoraConfig Config { get; }

    /// <summary>How many matrices it changes.</summary>
    public int Matrices => modules.Count;

    /// <inheritdoc/>
    /// <remarks>Of the base: an adapter's part that nobody asks for is no curiosity but a fault, which <see cref="RequireApplied"/> tells.</remarks>
    public IReadOnlyCollection<string> NeverServed => weights.NeverServed;

    /// <summary>Applies the adapter of a folder.</summary>
    /// <param name="weights">The base; must outlive the result.</param>
    /// <param name="folder">The folder of adapter_config.json and adapter_model.safetensors.</param>
    /// <param name="isHeadTied">Whether the model's head is its embedding table.</param>
    /// <param name="cancellationToken">Ends the check of the adapter's values.</param>
    /// <exception cref="CheckpointException">The adapter is missing, malformed, or not for this base.</exception>
    public static LoraWeights Open(IWeightSource weights, string folder, bool isHeadTied = false, CancellationToken cancellationToken = default)
    {
        var configPath = CheckpointPath.Find(folder, LoraConfig.FileName) ?? throw Missing(folder);
        var config = LoraConfig.Read(configPath, Path.Combine(folder, LoraConfig.FileName));
        var file = Path.Combine(folder, WeightsFileName);
        var weightsPath = CheckpointPath.Find(folder, WeightsFileName)
            ?? throw new CheckpointException(
                folder, $"the folder holds no {WeightsFileName}. Pickled adapters (adapter_model.bin) are never opened; save it as safetensors.");
        var adapter = SafetensorsWeights.OpenFile(weightsPath, file, $"{LoraConfig.FileName} and the base model");
        try
        {
            var modules = new LoraFit(weights, adapter, config, file, isHeadTied).Modules();
            adapter.RequireFinite(cancellationToken);
            return new LoraWeights(weights, adapter, config, modules, file);
        }
        catch
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
        if (!name.EndsWith(LoraFit.Suffix, StringComparison.Ordinal) || !modules.Contains(name[..^LoraFit.Suffix.Length]))
        {
            return weight;
        }

        if (shape.Length != 2)
        {
            throw new CheckpointException(file, $"the adapter changes '{name}', which is no matrix. The engine merges updates of linear layers only.");
        }

        var module = name[..^LoraFit.Suffix.Length];
        var a = adapter.Get(LoraFit.A(module), Config.Rank, weight.Columns);
        var b = adapter.Get(LoraFit.B(module), weight.Rows, Config.Rank);
        return new LoraTensor(file, weight, a, b, Config.Scale);
    }

    /// <summary>Refuses an adapter of which a part had no effect. Call it when the model has asked for all it needs.</summary>
    /// <exception cref="CheckpointException">The model never asked for a weight that the adapter changes.</exception>
    public void RequireApplied()
    {
        if (adapter.NeverServed is { Count: > 0 } unused)
        {
            throw new CheckpointException(
                file,
                $"{unused.Count} of its tensors change weights that the model of config.json does not use, the first is '{Excerpt.Of(unused.First())}': "
                + "the update would be lost. The adapter is for another model.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => adapter.Dispose();

    private static CheckpointException Missing(string folder) => new(
        folder,
        File.Exists(folder) ? $"this is a file; expected the folder that holds {LoraConfig.FileName}."
        : Directory.Exists(folder) ? $"the folder holds no {LoraConfig.FileName}; expected a PEFT LoRA adapter."
        : "there is no such folder; expected a PEFT LoRA adapter.");
}
