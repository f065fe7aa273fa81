using System.Runtime.CompilerServices;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>A place in a token list, and how deep the parser is nested there.</summary>
internal sealed class TokenCursor(IReadOnlyList<Token> tokens)
{
    /// <summary>Nesting of brackets, operators and blocks. Published templates stay below 20.</summary>
    public const int MaximumDepth = 200;

    private int index;
    private int depth;

    public Token Current => tokens[index];

    public Token Next => tokens[Math.Min(index + 1, tokens.Count - 1)];

    public int Line => Current.Line;

    public Token Take()
    {
        var token = tokens[index];
        index = Math.Min(index + 1, tokens.Count - 1);
        return token;
    }

    public bool TakeOperator(string symbol)
    {
        var isHere = Current.IsOperator(symbol);
        if (isHere)
        {
            Take();
        }

        return isHere;
    }

    public bool TakeName(string name)
    {
        var isHere = Current.IsName(name);
        if (isHere)
        {
            Take();
        }

        return isHere;
    }

    public void ExpectOperator(string symbol)
    {
        if (!TakeOperator(symbol))
        {
            throw Fail($"expected '{symbol}', found {Current.Describe()}.");
        }
    }

    public string ExpectName() => Current.Kind == TokenKind.Name
        ? Take().Text
        : throw Fail($"expected a name, found {Current.Describe()}.");

    public void Expect(TokenKind kind, string what)
    {
        if (Current.Kind != kind)
        {
            throw Fail($"expected {what}, found {Current.Describe()}.");
        }

        Take();
    }

    public void Enter()
    {
        if (++depth > MaximumDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Fail($"the template nests more than {MaximumDepth} deep.");
        }
    }

    public void Leave() => depth--;

    public ChatTemplateException Fail(string message) => new($"Chat template, line {Line}: {message}");
}
