using Microsoft.Extensions.Options;

namespace Slerp.Connector.Options;

/// <summary>Where a checkpoint and its adapter lie, what they are called, and whether they are there.</summary>
internal static class CheckpointCheck
{
    /// <summary>The folder: the one given, or the embedded model's beside the application.</summary>
    public static string Resolve(string? modelPath) => modelPath ?? Path.Combine(AppContext.BaseDirectory, "models", "embedded");

    /// <summary>What a model goes by that nobody named: its folder's name, and its adapter's behind it, since that makes it another model.</summary>
    public static string DefaultModelId(string folder, string? adapterPath) =>
        string.IsNullOrWhiteSpace(adapterPath) ? FolderName(folder) : $"{FolderName(folder)}+{FolderName(adapterPath)}";

    /// <summary>Says what is wrong with a path.</summary>
    public static void AddFaults(string? modelPath, ValidateOptionsResultBuilder failures)
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

    /// <summary>Says what is wrong with an adapter's path.</summary>
    public static void AddAdapterFaults(string? adapterPath, ValidateOptionsResultBuilder failures)
    {
        if (adapterPath is not null && (string.IsNullOrWhiteSpace(adapterPath) || !File.Exists(Path.Combine(adapterPath, "adapter_config.json"))))
        {
            failures.AddError(
                string.IsNullOrWhiteSpace(adapterPath)
                    ? "is empty; leave it null to use the checkpoint as it is."
                    : $"'{adapterPath}' holds no adapter_config.json. Set it to the folder of a PEFT LoRA adapter made for this model, or leave it null.",
                "Engine.AdapterPath");
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
