using System.Collections.Immutable;

namespace Slerp.Engine.Checkpoints;

/// <summary>A checkpoint folder in the Hugging Face layout: what is there, what is missing.</summary>
/// <remarks>
/// <para>Which files may be read, links included, is decided by <see cref="CheckpointPath"/>. Weights in other formats are named by <see cref="OtherFormat"/>
/// and never opened.</para>
/// <para>Immutable and thread-safe; each <see cref="OpenWeights()"/> gives a new owner of open files.</para>
/// </remarks>
internal sealed class CheckpointDirectory
{
    private const string ConfigName = "config.json";

    private const string GenerationName = "generation_config.json";

    private CheckpointDirectory(string path, ModelConfig config, GenerationConfig generation, long weightBytes)
    {
        Path = path;
        Config = config;
        Generation = generation;
        WeightBytes = weightBytes;
        Name = CheckpointPath.NameOf(path);
    }

    /// <summary>The folder, as the caller named it.</summary>
    public string Path { get; }

    /// <summary>The folder's name; for a folder of the Hugging Face cache, the model's ("owner/model").</summary>
    public string Name { get; }

    /// <summary>config.json.</summary>
    public ModelConfig Config { get; }

    /// <summary>generation_config.json, or its defaults.</summary>
    public GenerationConfig Generation { get; }

    /// <summary>The bytes of all tensors.</summary>
    public long WeightBytes { get; }

    /// <summary>What is stored in which format.</summary>
    public StoredWeights Stored { get; private init; }

    /// <summary>The ids that end a text: generation_config.json's, or config.json's where that names none.</summary>
    public ImmutableArray<int> EndTokenIds => Generation.EndTokenIds.IsEmpty ? Config.EndTokenIds : Generation.EndTokenIds;

    /// <summary>Reads a folder's configuration and the headers of its weights.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="accept">Told the names of architecture and model type before anything else is read; throws where it wants neither.</param>
    /// <exception cref="CheckpointException">The folder, config.json or the weights are missing or malformed, or a file is a link out of the folder.</exception>
    public static CheckpointDirectory Open(string path, Action<string?, string?>? accept = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (!Directory.Exists(path))
        {
            throw new CheckpointException(path, OtherFormat.Of(path) ?? (File.Exists(path) ? "this is a file; expected the folder that holds config.json." : "there is no such folder."));
        }

        var config = CheckpointPath.Find(path, ConfigName) is { } configPath
            ? ModelConfigReader.Read(configPath, System.IO.Path.Combine(path, ConfigName), accept)
            : throw new CheckpointException(path, OtherFormat.Of(path) ?? $"the folder holds no {ConfigName}; expected a checkpoint in the Hugging Face layout.");
        var generation = CheckpointPath.Find(path, GenerationName) is { } generationPath
            ? GenerationConfig.Read(generationPath, config.VocabularySize, System.IO.Path.Combine(path, GenerationName))
            : GenerationConfig.Default;
        CheckpointPath.RequireOwnTextFiles(path);
        using var weights = OpenWeights(path);
        return new CheckpointDirectory(path, config, generation, weights.TotalBytes) { Stored = weights.Stored };
    }

    /// <summary>Opens the weights; the caller disposes.</summary>
    /// <exception cref="CheckpointException">The weights are missing or malformed.</exception>
    public SafetensorsWeights OpenWeights() => OpenWeights(Path);

    /// <summary>The real path of another file of the checkpoint, such as tokenizer.json, or null where it is absent.</summary>
    /// <exception cref="CheckpointException">The file is a link that leads out of the checkpoint.</exception>
    public string? FindFile(string fileName) => CheckpointPath.Find(Path, fileName);

    private static SafetensorsWeights OpenWeights(string path) => SafetensorsWeights.IsPresent(path) || OtherFormat.Of(path) is not { } other
        ? SafetensorsWeights.OpenFolder(path)
        : throw new CheckpointException(path, other);
}
