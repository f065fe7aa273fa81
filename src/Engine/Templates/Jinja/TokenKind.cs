namespace Slerp.Engine.Templates.Jinja;

/// <summary>The kinds of tokens in a template.</summary>
internal enum TokenKind
{
    Data,
    BlockBegin,
    BlockEnd,
    OutputBegin,
    OutputEnd,
    Name,
    Text,
    Integer,
    Float,
    Operator,
    End,
}
