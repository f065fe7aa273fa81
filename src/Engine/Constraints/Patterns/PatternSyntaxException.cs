namespace Slerp.Engine.Constraints.Patterns;

/// <summary>A pattern that is not a regular expression, or uses what cannot run in linear time; becomes a <see cref="ConstraintException"/>.</summary>
internal sealed class PatternSyntaxException(string message, ConstraintFailure failure) : Exception(message)
{
    public ConstraintFailure Failure => failure;
}
