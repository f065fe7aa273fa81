namespace Slerp.Engine.Templates.Jinja;

/// <summary>What 'set' and 'for' assign to.</summary>
internal abstract record AssignmentTarget
{
    internal sealed record Name(string Identifier) : AssignmentTarget;

    internal sealed record Tuple(IReadOnlyList<AssignmentTarget> Items) : AssignmentTarget;

    internal sealed record NamespaceAttribute(string Owner, string Identifier) : AssignmentTarget;
}
