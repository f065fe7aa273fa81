using Slerp.Engine.Checkpoints;
using Slerp.Engine.Models;
using Slerp.Engine.Templates;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine;

/// <summary>A low-rank adapter's folder, found to speak the model's vocabulary; its updates are not read yet. Immutable.</summary>
/// <remarks>
/// Who trains an adapter for conversations saves the chat template beside it, with the token that ends a turn. Both hold then: the adapter was taught to
/// write them, the base perhaps never.
/// </remarks>
internal sealed class AdapterCheckpoint
{
    private readonly string _path;

    private AdapterCheckpoint(string path, ChatTemplate? template, int? endToken)
    {
        _path = path;
        Template = template;
        EndToken = endToken;
        Name = CheckpointPath.NameOf(path);
    }

    /// <summary>The folder's name.</summary>
    public string Name { get; }

    /// <summary>The chat template it was trained with; null where the folder holds none.</summary>
    public ChatTemplate? Template { get; }

    /// <summary>The token that ends a turn in that template; null where the folder names none.</summary>
    public int? EndToken { get; }

    /// <summary>Opens the adapter that the options name; null where they name none.</summary>
    /// <exception cref="CheckpointException">A file of the folder is malformed, or its tokenizer is not the model's.</exception>
    public static AdapterCheckpoint? Find(EngineOptions options, ITokenizer target)
    {
        if (options.AdapterPath is not { } path)
        {
            return null;
        }

        ArgumentException.ThrowIfNullOrWhiteSpace(path, nameof(options.AdapterPath));
        CheckpointPath.RequireOwnTextFiles(path);
        if (TokenizerLoader.IsPresent(path))
        {
            SameVocabulary.Require(
                path,
                "the adapter",
                TokenizerLoader.Load(path),
                target,
                $"Tokens that were added for an adapter need embeddings the base does not have. {LoraConfig.Remedy} If the adapter was trained without them, remove its tokenizer files.");
        }

        var source = TemplateFiles.Read(path);
        return new AdapterCheckpoint(path, source is null ? null : ChatTemplate.Parse(source), source is null ? null : EndTokenOf(path, source, target));
    }

    /// <summary>The base's weights with the updates merged as they are read.</summary>
    /// <param name="weights">The base; must outlive the result.</param>
    /// <param name="shape">The model.</param>
    /// <param name="cancellationToken">Ends the check of the adapter's values.</param>
    /// <exception cref="CheckpointException">The adapter is missing, malformed, or not for this base.</exception>
    public LoraWeights Apply(IWeightSource weights, DecoderShape shape, CancellationToken cancellationToken) =>
        LoraWeights.Open(weights, _path, shape.TiedHead, cancellationToken);

    /// <summary>What was merged.</summary>
    public AdapterInfo Describe(LoraWeights merged) =>
        new(Name, merged.Config.Rank, merged.Config.Scale, merged.Matrices, merged.Config.BaseModel);

    private static int? EndTokenOf(string path, TemplateSource source, ITokenizer target)
    {
        if (!source.Tokens.TryGetValue("eos_token", out var token))
        {
            return null;
        }

        return target.IdOf(token) ?? throw new CheckpointException(
            path, $"tokenizer_config.json names the end token '{Excerpt.Of(token)}', which the model's tokenizer does not have. {LoraConfig.Remedy}");
    }
}
