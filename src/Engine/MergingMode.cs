namespace Slerp.Engine;

/// <summary>Whether and how neighbouring tokens are merged inside the model. Lossy, so never on by default. A closed union.</summary>
/// <remarks>
/// After the cutoff layer, pairs of neighbouring rows become one row each by spherical interpolation; the layers above run on, and cache, fewer rows.
/// Source: Shoemake 1985; token merging after samchaineau/llm_slerp_generation. docs/merging.md has what differs and what it costs.
/// </remarks>
public abstract record MergingMode
{
    private MergingMode()
    {
    }

    /// <summary>No merging.</summary>
    public sealed record None : MergingMode
    {
        /// <summary>The one instance.</summary>
        public static None Instance { get; } = new();
    }

    /// <summary>
    /// Passages, tool results and old turns are merged once, while the prompt is read; the system prompt, tool schemas, the last question and the answer never are.
    /// Works with every drafter. A raw prompt has no passages: nothing of it is merged.
    /// </summary>
    /// <param name="Cutoff">After which layer.</param>
    /// <param name="Pairing">Which neighbours become one.</param>
    /// <param name="Positions">Where merged rows and those after them stand.</param>
    /// <param name="Variant">How the angle is measured. <see cref="MergeVariant.Reference"/> needs an engine with one request at a time and a prompt of one chunk.</param>
    public sealed record PromptOnly(MergeCutoff Cutoff, MergePairing Pairing, MergePositions Positions, MergeVariant Variant) : MergingMode;

    /// <summary>
    /// The published method without its cost: all rows but the first and the last few are merged in pairs, the answer's too, as if the whole text were read anew
    /// for each token. Nothing is protected but what is kept. Needs the drafter "vanilla".
    /// </summary>
    /// <param name="Cutoff">After which layer.</param>
    /// <param name="KeepFirst">S: rows kept at the beginning; more than the prompt has means the whole prompt.</param>
    /// <param name="MinimumTokens">M: the last rows are kept only where more than this many follow the first.</param>
    /// <param name="KeepLast">E: rows kept at the end, at least 1.</param>
    /// <param name="Positions">Where merged rows and those after them stand.</param>
    public sealed record Incremental(MergeCutoff Cutoff, int KeepFirst, int MinimumTokens, int KeepLast, MergePositions Positions) : MergingMode;
}
