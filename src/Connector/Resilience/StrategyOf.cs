using Slerp.Engine;

namespace Slerp.Connector.Resilience;

/// <summary>What a request does that can cost quality.</summary>
internal static class StrategyOf
{
    /// <summary>What is judged and merges nothing.</summary>
    public const string Lossless = "lossless";

    /// <summary>The strategy a request's circuit is kept for; null where nobody judges it.</summary>
    public static string? Name(GenerationRequest request) => !request.Gate.HoldsSegments ? null : request.Merging switch
    {
        MergingMode.PromptOnly => "merge-prompt",
        MergingMode.Incremental => "merge-incremental",
        _ => Lossless,
    };

    /// <summary>Whether it can cost quality.</summary>
    public static bool IsLossy(GenerationRequest request) => request.Merging is not MergingMode.None;

    /// <summary>The share of the layers after which it merges; null where it does not, or a layer is named.</summary>
    public static double? Cutoff(GenerationRequest request) => request.Merging switch
    {
        MergingMode.PromptOnly { Cutoff: MergeCutoff.Share share } => share.Fraction,
        MergingMode.Incremental { Cutoff: MergeCutoff.Share share } => share.Fraction,
        _ => null,
    };

    /// <summary>The same request in vanilla decoding.</summary>
    public static GenerationRequest WithoutLoss(GenerationRequest request) =>
        request with { Gate = request.Gate with { HoldsSegments = false }, Merging = MergingMode.None.Instance };
}
