using Slerp.Engine.Tokenizers.Merging;
using Slerp.Engine.Tokenizers.Normalization;
using Slerp.Engine.Tokenizers.PreTokenization;

namespace Slerp.Engine.Tokenizers;

/// <summary>What every importer builds a tokenizer from.</summary>
internal sealed record TokenizerParts
{
    /// <summary>All tokens.</summary>
    public required Vocabulary Vocabulary { get; init; }

    /// <summary>Splits one piece into tokens.</summary>
    public required BytePairEncoder Model { get; init; }

    /// <summary>Rewrites text, or null.</summary>
    public INormalizer? Normalizer { get; init; }

    /// <summary>Cuts text into pieces, or null for one piece.</summary>
    public IPreTokenizer? PreTokenizer { get; init; }

    /// <summary>How tokens become text.</summary>
    public required DecodingRules Decoding { get; init; }

    /// <summary>Ids before a text.</summary>
    public IReadOnlyList<int> PrefixIds { get; init; } = [];

    /// <summary>Ids after a text.</summary>
    public IReadOnlyList<int> SuffixIds { get; init; } = [];

    /// <summary>Whether added tokens found in normalised text are looked for as they are written, not as the normaliser would rewrite them.</summary>
    public bool MatchesNormalizedLiterally { get; init; }
}
