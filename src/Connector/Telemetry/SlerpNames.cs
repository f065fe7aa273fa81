using Slerp.Engine;

namespace Slerp.Connector.Telemetry;

/// <summary>How reasons and stages are spelled in tags and properties.</summary>
internal static class SlerpNames
{
    /// <summary>The stage of a fault of the drafter.</summary>
    public const string Draft = "draft";

    /// <summary>A reason.</summary>
    public static string Of(FallbackReason reason) => reason switch
    {
        FallbackReason.Quality => "quality",
        FallbackReason.Timeout => "timeout",
        FallbackReason.CheckError => "check_error",
        FallbackReason.NonFinite => "non_finite",
        FallbackReason.Disagreement => "disagreement",
        FallbackReason.CircuitOpen => "circuit_open",
        _ => "error",
    };

    /// <summary>A stage.</summary>
    public static string Of(FaultStage stage) => stage == FaultStage.Prefill ? "prefill" : "decode";
}
