namespace Slerp.Engine.Constraints;

/// <summary>Counts compile work so that no schema can hold a request for long. One instance per compilation.</summary>
internal sealed class CompileBudget(SchemaLimits limits)
{
    private long _left = limits.CompileSteps;

    public SchemaLimits Limits => limits;

    /// <summary>Another one with as much left.</summary>
    public CompileBudget Copy() => new(Limits) { _left = _left };

    /// <summary>Spends <paramref name="steps"/> or fails.</summary>
    public void Spend(long steps, string pointer)
    {
        _left -= steps;
        if (_left < 0)
        {
            throw TooMuch(pointer, null, $"compiling needs more than {limits.CompileSteps:N0} steps; simplify the schema.");
        }
    }

    public static ConstraintException TooMuch(string pointer, string? keyword, string message) =>
        new(ConstraintFailure.LimitExceeded, pointer, keyword, message);
}
