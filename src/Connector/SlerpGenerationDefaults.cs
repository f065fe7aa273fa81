using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Slerp.Engine;

namespace Slerp.Connector;

/// <summary>What a request gets where its own options are silent. Each null falls through to the checkpoint's generation_config.json.</summary>
public sealed class SlerpGenerationDefaults
{
    /// <summary>Divides the logits; 0 always takes the most likely token.</summary>
    /// <value>null: the checkpoint's.</value>
    [Range(0f, 100f, ErrorMessage = "{0} must be from {1} to {2}; 0 is greedy.")]
    public float? Temperature { get; set; }

    /// <summary>Keeps the smallest set of the most likely tokens that holds this much probability.</summary>
    /// <value>null: the checkpoint's.</value>
    [Range(float.Epsilon, 1f, ErrorMessage = "{0} must be above 0 and at most 1; 1 keeps all tokens.")]
    public float? TopP { get; set; }

    /// <summary>Keeps this many of the most likely tokens; 0 keeps all.</summary>
    /// <value>null: the checkpoint's.</value>
    [Range(0, int.MaxValue, ErrorMessage = "{0} must be from {1} to {2}; 0 keeps all tokens.")]
    public int? TopK { get; set; }

    /// <summary>Drops tokens below this share of the most likely one's probability.</summary>
    /// <value>null: the checkpoint's.</value>
    [Range(0f, 0.999999f, ErrorMessage = "{0} must be at least 0 and below 1; 0 keeps all tokens.")]
    public float? MinP { get; set; }

    /// <summary>Taken from a token's logit for every time the answer has it already.</summary>
    /// <value>null: the checkpoint's.</value>
    [Range(-100f, 100f, ErrorMessage = "{0} must be from {1} to {2}; 0 does nothing.")]
    public float? FrequencyPenalty { get; set; }

    /// <summary>Taken from a token's logit once the answer has it.</summary>
    /// <value>null: the checkpoint's.</value>
    [Range(-100f, 100f, ErrorMessage = "{0} must be from {1} to {2}; 0 does nothing.")]
    public float? PresencePenalty { get; set; }

    /// <summary>Divides positive and multiplies negative logits of tokens already seen.</summary>
    /// <value>null: the checkpoint's.</value>
    [Range(float.Epsilon, 100f, ErrorMessage = "{0} must be above 0 and at most {2}; 1 does nothing.")]
    public float? RepetitionPenalty { get; set; }

    /// <summary>Most tokens of an answer.</summary>
    /// <value>null: what the context still holds.</value>
    [Range(1, int.MaxValue, ErrorMessage = "{0} must be at least {1}.")]
    public int? MaxOutputTokens { get; set; }

    /// <summary>Texts that end an answer and are not part of it.</summary>
    /// <value>null: none.</value>
    public IList<string>? StopSequences { get; set; }

    /// <summary>Fixes the random draws of every request that names no seed of its own.</summary>
    /// <value>null: a fresh seed each time, reported with the answer.</value>
    public long? Seed { get; set; }

    /// <summary>The drafter: a name of <see cref="EngineCatalog.Drafters"/>. It changes the speed of an answer, never its text.</summary>
    /// <value>"auto": by what pays on this machine.</value>
    public string Drafter { get; set; } = EngineCatalog.Drafters[0];

    /// <summary>Whether and how tokens are merged inside the model. Lossy.</summary>
    /// <value>No merging.</value>
    [ValidateObjectMembers]
    public SlerpMergingOptions Merging { get; set; } = new();
}
