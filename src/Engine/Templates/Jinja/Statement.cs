namespace Slerp.Engine.Templates.Jinja;

/// <summary>A statement of a template: a closed set of node kinds.</summary>
/// <param name="Line">The line it starts on.</param>
internal abstract record Statement(int Line)
{
    internal sealed record Data(TextValue Text, int Line) : Statement(Line);

    internal sealed record Output(Expression Value, int Line) : Statement(Line);

    internal sealed record If(IReadOnlyList<KeyValuePair<Expression, IReadOnlyList<Statement>>> Branches, IReadOnlyList<Statement> Otherwise, int Line)
        : Statement(Line);

    internal sealed record For(
        AssignmentTarget Target,
        Expression Source,
        Expression? Condition,
        IReadOnlyList<Statement> Body,
        IReadOnlyList<Statement> Otherwise,
        bool IsRecursive,
        int Line) : Statement(Line);

    internal sealed record Set(AssignmentTarget Target, Expression Value, int Line) : Statement(Line);

    internal sealed record SetBlock(AssignmentTarget Target, IReadOnlyList<Expression.Filter> Filters, IReadOnlyList<Statement> Body, int Line)
        : Statement(Line);

    internal sealed record Macro(MacroDefinition Definition, int Line) : Statement(Line);

    internal sealed record CallBlock(Expression.Call Call, MacroDefinition Caller, int Line) : Statement(Line);

    internal sealed record FilterBlock(IReadOnlyList<Expression.Filter> Filters, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

    internal sealed record With(IReadOnlyList<KeyValuePair<AssignmentTarget, Expression>> Values, IReadOnlyList<Statement> Body, int Line)
        : Statement(Line);

    internal sealed record Break(int Line) : Statement(Line);

    internal sealed record Continue(int Line) : Statement(Line);
}
