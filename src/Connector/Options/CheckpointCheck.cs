using Microsoft.Extensions.Options;

namespace Slerp.Connector.Options;

/// <summary>Where a checkpoint and what belongs to it lie, what they are called, and whether they are there.</summary>
internal static class CheckpointCheck
{
    /// <summary>The folder: the one given, or the embedded model's beside the application.</summary>
    public static string Resolve(string? modelPath) => modelPath ?? Path.Combine(AppContext.BaseDirectory, "models", "embedded");

    /// <summary>What a model goes by that nobody named: its folder's name, and its adapter's behind it, since that makes it another model.</summary>
    public static string DefaultModelId(string folder, string? adapterPath) =>
        string.IsNullOrWhiteSpace(adapterPath) ? FolderName(folder) : $"{FolderName(folder)}+{FolderName(adapterPath)}";

    /// <summary>Says what is wrong with a model's name and with the folders it is read from.</summary>
    public static void AddFaults(string? modelId, string? modelPath, SlerpEngineOptions? engine, ValidateOptionsResultBuilder failures)
    {
        if (modelId is not null && string.IsNullOrWhiteSpace(modelId))
        {
            failures.AddError("is empty; leave it null to use the folder's name.", nameof(SlerpChatClientOptions.ModelId));
        }

        AddFolderFaults(modelPath, failures);
        RequireFile(engine?.AdapterPath, "adapter_config.json", nameof(SlerpEngineOptions.AdapterPath), "a PEFT LoRA adapter made for this model", failures);
        RequireFile(engine?.DraftModelPath, "config.json", nameof(SlerpEngineOptions.DraftModelPath), "a smaller checkpoint of this model's vocabulary", failures);
        RequireFile(engine?.SpeculatorPath, "config.json", nameof(SlerpEngineOptions.SpeculatorPath), "an MLP speculator made for this model", failures);
    }

    private static void AddFolderFaults(string? modelPath, ValidateOptionsResultBuilder failures)
    {
        var folder = Resolve(modelPath);
        if (modelPath is not null && string.IsNullOrWhiteSpace(modelPath))
        {
            failures.AddError("is empty; leave it null to use the embedded model.", nameof(SlerpChatClientOptions.ModelPath));
        }
        else if (!Directory.Exists(folder))
        {
            failures.AddError(
                modelPath is null
                    ? $"is not set and the embedded model is not at '{folder}'. Copy models/embedded beside the application or set ModelPath."
                    : $"'{modelPath}' is not a folder. Set it to a checkpoint folder (config.json, tokenizer, safetensors).{GgufAdvice(modelPath)}",
                nameof(SlerpChatClientOptions.ModelPath));
        }
        else if (!File.Exists(Path.Combine(folder, "config.json")))
        {
            failures.AddError(
                $"'{folder}' holds no config.json. Set it to a checkpoint folder in Hugging Face layout.{GgufAdvice(folder)}", nameof(SlerpChatClientOptions.ModelPath));
        }
    }

    private static void RequireFile(string? folder, string file, string option, string what, ValidateOptionsResultBuilder failures)
    {
        if (folder is not null && (string.IsNullOrWhiteSpace(folder) || !File.Exists(Path.Combine(folder, file))))
        {
            failures.AddError(
                string.IsNullOrWhiteSpace(folder) ? "is empty; leave it null to go without." : $"'{folder}' holds no {file}. Set it to the folder of {what}, or leave it null.",
                $"{nameof(SlerpChatClientOptions.Engine)}.{option}");
        }
    }

    // The file most people have of a model, if they have one.
    private static string GgufAdvice(string path)
    {
        var isGguf = Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*.gguf", new EnumerationOptions { MatchCasing = MatchCasing.CaseInsensitive }).Any()
            : Path.GetExtension(path).Equals(".gguf", StringComparison.OrdinalIgnoreCase);
        return isGguf ? " GGUF, the format of llama.cpp, is not read: take the original Hugging Face checkpoint; Engine:WeightFormat packs it to 8 or 4 bits at load." : "";
    }

    private static string FolderName(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
}
