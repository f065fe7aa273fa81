using System.ComponentModel.DataAnnotations;
using Slerp.Engine;

namespace Slerp.Connector;

/// <summary>How tokens are merged inside the model where a request does not say otherwise (<see cref="SlerpProperties.Merge"/>). Lossy: see docs/merging.md.</summary>
public sealed class SlerpMergingOptions
{
    /// <summary>What is merged.</summary>
    /// <value><see cref="SlerpMergingMode.None"/>.</value>
    [EnumDataType(typeof(SlerpMergingMode), ErrorMessage = "{0} must be None, Prompt or Incremental.")]
    public SlerpMergingMode Mode { get; set; }

    /// <summary>The share of the layers that see every token; the earlier the cut, the more is saved and lost.</summary>
    /// <value>0.5: the embedded model loses nothing there, and nearly everything at 0.25 (docs/quality.md).</value>
    [Range(0.0, 1.0, ErrorMessage = "{0} must be from {1} to {2}.")]
    public double Cutoff { get; set; } = 0.5;

    /// <summary>The least cosine of neighbours that become one.</summary>
    /// <value>null: pairs by parity, as published.</value>
    [Range(-1f, 1f, ErrorMessage = "{0} must be a cosine, from {1} to {2}.")]
    public float? Threshold { get; set; }

    /// <summary>Where merged tokens and those after them stand.</summary>
    /// <value><see cref="MergePositions.Mean"/>.</value>
    [EnumDataType(typeof(MergePositions), ErrorMessage = "{0} must be Compressed or Mean.")]
    public MergePositions Positions { get; set; } = MergePositions.Mean;

    /// <summary>How the angle of a pair is measured.</summary>
    /// <value><see cref="MergeVariant.PerRow"/>.</value>
    [EnumDataType(typeof(MergeVariant), ErrorMessage = "{0} must be PerRow or Reference.")]
    public MergeVariant Variant { get; set; }

    /// <summary>Incremental: tokens kept at the beginning.</summary>
    /// <value>The whole prompt.</value>
    [Range(0, int.MaxValue, ErrorMessage = "{0} must be at least {1}.")]
    public int KeepFirst { get; set; } = int.MaxValue;

    /// <summary>Incremental: the last tokens are kept only where more than this many follow the first.</summary>
    /// <value>64.</value>
    [Range(0, int.MaxValue, ErrorMessage = "{0} must be at least {1}.")]
    public int MinimumTokens { get; set; } = 64;

    /// <summary>Incremental: tokens kept at the end.</summary>
    /// <value>16.</value>
    [Range(1, int.MaxValue, ErrorMessage = "{0} must be at least {1}.")]
    public int KeepLast { get; set; } = 16;
}
