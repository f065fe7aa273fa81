using System.ComponentModel.DataAnnotations;
using Slerp.Engine;

namespace Slerp.Connector;

/// <summary>What judges answers. Checks of the application's own are registered as services of type <see cref="IQualityCheck"/> and are asked after these.</summary>
public sealed class SlerpQualityOptions
{
    private static readonly QualityGate GateDefaults = new();

    /// <summary>Which answers are judged by segments before they are shown.</summary>
    /// <value><see cref="GateUse.WhenLossy"/>.</value>
    [EnumDataType(typeof(GateUse))]
    public GateUse Gate { get; set; }

    /// <summary>The built-in checks to ask, by their names in <see cref="EngineCatalog.QualityChecks"/>; an empty list asks none of them.</summary>
    /// <value>null: <see cref="EngineCatalog.DefaultQualityChecks"/>.</value>
    public IList<string>? Checks { get; set; }

    /// <summary>The share of merged, judged answers that are read again unmerged when they are over, while the engine is idle, and compared. Each costs about an unmerged prompt.</summary>
    /// <value>0: none.</value>
    [Range(0.0, 1.0, ErrorMessage = "{0} must be a share, from {1} to {2}.")]
    public double ShadowShare { get; set; }

    /// <summary>The least share of tokens that has to agree in those comparisons: below it the merging cutoff is raised, well above it it is lowered again. Needs <see cref="ShadowShare"/>.</summary>
    /// <value>null: cutoffs are left alone, and the circuit opens where of half of the last four less than 70 % agreed.</value>
    [Range(0.0, 1.0, ErrorMessage = "{0} must be a share, from {1} to {2}.")]
    public double? AgreementBudget { get; set; }

    /// <summary>How long the checks of a segment may take together before the one that runs is abandoned and the answer goes on vanilla.</summary>
    /// <value>One second.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00", ErrorMessage = "{0} must be from {1} to {2}.")]
    public TimeSpan TimeLimit { get; set; } = GateDefaults.TimeLimit;
}
