namespace Slerp.Engine.Tokenizers.Normalization;

/// <summary>One rule that rewrites text before it is split.</summary>
/// <remarks>Immutable, thread-safe.</remarks>
internal interface INormalizer
{
    /// <summary>The rewritten text, aligned with the original; the same object where nothing changes.</summary>
    AlignedText Normalize(AlignedText text);
}
