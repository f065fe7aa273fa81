namespace Slerp.Engine.Tokenizers;

/// <summary>Finds and reads the tokenizer of a checkpoint directory.</summary>
internal static class TokenizerLoader
{
    // The largest published tokenizer.json has about 35 MB.
    private const long MaximumFileBytes = 256L << 20;

    /// <summary>Reads <c>tokenizer.json</c>, else <c>tokenizer.model</c>, else <c>vocab.json</c> with <c>merges.txt</c>.</summary>
    /// <param name="directory">The checkpoint's directory.</param>
    /// <exception cref="CheckpointException">None of them is there, or the one that is cannot be used.</exception>
    public static ITokenizer Load(string directory)
    {
        if (TryRead(directory, "tokenizer.json", out var json, out var jsonFile))
        {
            return TokenizerJson.Load(json, jsonFile);
        }

        var settings = TryRead(directory, "tokenizer_config.json", out var config, out var configFile)
            ? TokenizerSettings.Load(config, configFile)
            : TokenizerSettings.None;
        if (TryRead(directory, "tokenizer.model", out var model, out var modelFile))
        {
            return SentencePieceModel.Load(model, modelFile, settings);
        }

        if (TryRead(directory, "vocab.json", out var vocabulary, out _) && TryRead(directory, "merges.txt", out var merges, out _))
        {
            return VocabularyMerges.Load(vocabulary, merges, settings, directory);
        }

        throw new CheckpointException(
            directory, "no tokenizer: looked for tokenizer.json, tokenizer.model, and vocab.json with merges.txt. Add one of them from the model's publisher.");
    }

    /// <summary>Whether a directory holds a tokenizer in any of the forms that <see cref="Load"/> reads.</summary>
    /// <param name="directory">Any directory.</param>
    public static bool IsPresent(string directory) =>
        File.Exists(Path.Combine(directory, "tokenizer.json"))
        || File.Exists(Path.Combine(directory, "tokenizer.model"))
        || (File.Exists(Path.Combine(directory, "vocab.json")) && File.Exists(Path.Combine(directory, "merges.txt")));

    private static bool TryRead(string directory, string name, out ReadOnlyMemory<byte> content, out string path)
    {
        path = Path.Combine(directory, name);
        var bytes = CheckpointFile.ReadIfPresent(path, MaximumFileBytes);
        content = bytes;
        return bytes is not null;
    }
}
