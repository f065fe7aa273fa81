namespace Slerp.Engine.Templates.Jinja;

/// <summary>A macro, or the body of a call block, as written.</summary>
internal sealed record MacroDefinition(
    string Name,
    IReadOnlyList<string> Parameters,
    IReadOnlyList<Expression?> Defaults,
    IReadOnlyList<Statement> Body,
    MacroExtras Extras);

/// <summary>Which of the implicit names the body mentions, and so which extra arguments the macro accepts.</summary>
[Flags]
internal enum MacroExtras
{
    None = 0,
    Positional = 1,
    Named = 2,
    Caller = 4,
}
