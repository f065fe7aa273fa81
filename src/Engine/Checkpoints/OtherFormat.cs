using System.Collections.Immutable;

namespace Slerp.Engine.Checkpoints;

/// <summary>Weights that are there, but in a format this engine does not read: what to say of them. They are known by their names and never opened.</summary>
internal static class OtherFormat
{
    private static readonly ImmutableArray<string> PickleExtensions = [".bin", ".pt", ".pth", ".ckpt", ".pkl"];

    /// <summary>What to say of a file, or of a folder without safetensors; null where there is nothing of another format.</summary>
    /// <exception cref="CheckpointException">The folder cannot be listed.</exception>
    public static string? Of(string path)
    {
        if (File.Exists(path))
        {
            return IsGguf(path) ? Gguf("this is a GGUF file") : null;
        }

        var names = Names(path);
        var pickles = Named(names, IsPickle);
        return Named(names, IsGguf) is { Length: > 0 } files ? Gguf($"the weights are GGUF files ({files})")
            : pickles.Length > 0 ? $"the weights are pickle files ({pickles}), which are never opened because reading one can run code. Convert them to safetensors."
            : null;
    }

    private static string Gguf(string what) =>
        what + ", the format of llama.cpp, which is not read. Use the folder of the original Hugging Face checkpoint (config.json, tokenizer, safetensors);"
        + " WeightFormat packs it to 8 or 4 bits at load.";

    private static string[] Names(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal)] : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CheckpointFile.Unreadable(folder, error);
        }
    }

    private static string Named(string[] names, Predicate<string> wanted) => string.Join(", ", names.Where(name => wanted(name)).Take(3));

    private static bool IsGguf(string name) => Path.GetExtension(name).Equals(".gguf", StringComparison.OrdinalIgnoreCase);

    private static bool IsPickle(string name) => PickleExtensions.Contains(Path.GetExtension(name).ToLowerInvariant());
}
