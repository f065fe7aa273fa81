namespace Slerp.Engine.Templates.Jinja;

/// <summary>The arguments of a call as written.</summary>
/// <param name="Positional">By position.</param>
/// <param name="Named">By name.</param>
/// <param name="Spread">After '*', or null.</param>
/// <param name="SpreadNamed">After '**', or null.</param>
internal sealed record CallArguments(
    IReadOnlyList<Expression> Positional,
    IReadOnlyList<KeyValuePair<string, Expression>> Named,
    Expression? Spread,
    Expression? SpreadNamed)
{
    public static readonly CallArguments None = new([], [], null, null);

    public bool IsEmpty => Positional.Count == 0 && Named.Count == 0 && Spread is null && SpreadNamed is null;
}
