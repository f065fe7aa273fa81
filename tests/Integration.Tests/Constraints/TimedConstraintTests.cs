namespace Slerp.Integration.Tests.Constraints;

/// <summary>Tests that read the process's processor time run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TimedConstraintTests
{
    public const string Name = "Constraints, timed";
}
