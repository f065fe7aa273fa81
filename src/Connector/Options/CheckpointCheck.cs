using Microsoft.Extensions.Options;

namespace Slerp.Connector.Options;

/// <summary>Where a checkpoint lies, and whether there is one.</summary>
internal static class CheckpointCheck
{
    /// <summary>The folder: the one given, or the embedded model's beside the application.</summary>
    public static string Resolve(string? modelPath) => modelPath ?? Path.Combine(AppContext.BaseDirectory, "models", "embedded");

    /// <summary>The name of a folder.</summary>
    public static string FolderName(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

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
                    : $"'{modelPath}' is not a folder. Set it to a checkpoint folder (config.json, tokenizer, safetensors).",
                nameof(SlerpChatClientOptions.ModelPath));
        }
        else if (!File.Exists(Path.Combine(folder, "config.json")))
        {
            failures.AddError(
                $"'{folder}' holds no config.json. Set it to a checkpoint folder in Hugging Face layout.", nameof(SlerpChatClientOptions.ModelPath));
        }
    }
}
