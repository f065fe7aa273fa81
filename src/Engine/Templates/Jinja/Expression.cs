namespace Slerp.Engine.Templates.Jinja;

/// <summary>An expression of a template: a closed set of node kinds.</summary>
/// <param name="Line">The line it starts on.</param>
internal abstract record Expression(int Line)
{
    internal sealed record Constant(JinjaValue Value, int Line) : Expression(Line);

    internal sealed record Name(string Identifier, int Line) : Expression(Line);

    internal sealed record ListLiteral(IReadOnlyList<Expression> Items, bool IsTuple, int Line) : Expression(Line);

    internal sealed record DictLiteral(IReadOnlyList<KeyValuePair<Expression, Expression>> Items, int Line) : Expression(Line);

    internal sealed record Attribute(Expression Target, TextValue Identifier, int Line) : Expression(Line);

    internal sealed record Item(Expression Target, Expression Index, int Line) : Expression(Line);

    internal sealed record Slice(Expression? Start, Expression? Stop, Expression? Step, int Line) : Expression(Line);

    internal sealed record Call(Expression Target, CallArguments Arguments, int Line) : Expression(Line);

    /// <summary>A filter; without a target it filters the body of its block.</summary>
    internal sealed record Filter(Expression? Target, string Identifier, CallArguments Arguments, int Line) : Expression(Line);

    internal sealed record Test(Expression Target, string Identifier, CallArguments Arguments, int Line) : Expression(Line);

    internal sealed record Not(Expression Operand, int Line) : Expression(Line);

    internal sealed record And(Expression Left, Expression Right, int Line) : Expression(Line);

    internal sealed record Or(Expression Left, Expression Right, int Line) : Expression(Line);

    /// <summary>A sign: '-' or '+'.</summary>
    internal sealed record Sign(char Symbol, Expression Operand, int Line) : Expression(Line);

    internal sealed record Arithmetic(string Symbol, Expression Left, Expression Right, int Line) : Expression(Line);

    internal sealed record Concatenation(IReadOnlyList<Expression> Items, int Line) : Expression(Line);

    /// <summary>A chain of comparisons: a &lt; b &lt; c compares neighbours.</summary>
    internal sealed record Comparison(Expression First, IReadOnlyList<KeyValuePair<string, Expression>> Rest, int Line) : Expression(Line);

    internal sealed record Conditional(Expression Condition, Expression Then, Expression? Otherwise, int Line) : Expression(Line);
}
