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

    /// <summary>How long the checks of a segment may take together before the one that runs is abandoned and the answer goes on vanilla.</summary>
    /// <value>One second.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00", ErrorMessage = "{0} must be from {1} to {2}.")]
    public TimeSpan TimeLimit { get; set; } = GateDefaults.TimeLimit;
}
