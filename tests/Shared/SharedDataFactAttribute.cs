namespace Slerp.Tests.Shared;

/// <summary>A fact that needs outside data and is skipped, with the reason, where it is absent.</summary>
internal sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute() => Skip = SharedData.SkipReason!;
}

/// <summary>A theory that needs outside data and is skipped, with the reason, where it is absent.</summary>
internal sealed class SharedDataTheoryAttribute : TheoryAttribute
{
    public SharedDataTheoryAttribute() => Skip = SharedData.SkipReason!;
}
