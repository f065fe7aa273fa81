using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>From options and the application's own checks to what judges a request. Thread-safe.</summary>
internal sealed class GateBuilder(SlerpQualityOptions options, IEnumerable<IQualityCheck> own)
{
    private readonly IQualityCheck[] _checks =
        [.. (options.Checks ?? [.. EngineCatalog.DefaultQualityChecks]).Select(EngineCatalog.QualityCheck), .. own];

    /// <summary>The gate of a request.</summary>
    /// <param name="isLossy">Whether its strategy can cost quality.</param>
    /// <param name="use">The request's own word; null where it is silent.</param>
    public QualityGate Build(bool isLossy, GateUse? use) => new()
    {
        HoldsSegments = (use ?? options.Gate) switch
        {
            GateUse.Always => true,
            GateUse.Never => false,
            _ => isLossy,
        },
        OnlyWhereMerged = (use ?? options.Gate) == GateUse.WhenLossy,
        Checks = _checks,
        TimeLimit = options.TimeLimit,
    };
}
