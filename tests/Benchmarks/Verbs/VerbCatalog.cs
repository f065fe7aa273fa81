namespace Slerp.Benchmarks.Verbs;

/// <summary>The verbs, one line each.</summary>
internal static class VerbCatalog
{
    /// <summary>Every verb that measures a checkpoint.</summary>
    public static IReadOnlyList<Verb> All { get; } =
    [
        new CeilingVerb(),
        new DecodeVerb(),
        new OverheadVerb(),
        new PrefillVerb(),
        new SecondTurnVerb(),
        new VerifyCostVerb(),
        new BatchVerb(),
        new SpeculationVerb(),
        new IdentityVerb(),
        new SkipSearchVerb(),
        new FormatsVerb(),
        new LoadVerb(),
        new AdapterVerb(),
        new MemoryVerb(),
        new IdleVerb(),
        new AllocationsVerb(),
        new EmbeddedQualityVerb(),
        new MergingVerb(),
        new SoakVerb(),
        new SchemasVerb(),
        new GateVerb(),
        new FallbackDrillVerb(),
        new GgufVerb(),
    ];
}
