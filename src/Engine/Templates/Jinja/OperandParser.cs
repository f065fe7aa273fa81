using System.Globalization;
using System.Numerics;
using System.Text;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>Parses what operators stand between: literals, names, brackets, and after them attributes, items, calls, filters and tests.</summary>
internal sealed class OperandParser(TokenCursor cursor, ExpressionParser expressions)
{
    /// <summary>Which implicit macro names were mentioned since the innermost macro began.</summary>
    public MacroExtras Mentioned { get; set; }

    /// <summary>A signed operand; filters bind tighter than any operator but weaker than a sign.</summary>
    public Expression ParseSigned(bool withFilters)
    {
        Expression value;
        if (cursor.Current.IsOperator("-") || cursor.Current.IsOperator("+"))
        {
            cursor.Enter();
            var sign = cursor.Take();
            value = new Expression.Sign(sign.Text[0], ParseSigned(withFilters: false), sign.Line);
            cursor.Leave();
        }
        else
        {
            value = ParsePrimary();
        }

        value = ParsePostfix(value);
        return withFilters ? ParseFilters(value) : value;
    }

    private Expression ParsePrimary()
    {
        var token = cursor.Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return ParseNameOrConstant(token);
            case TokenKind.Text:
                return new Expression.Constant(new TextValue(JoinLiterals(token.Text)), token.Line);
            case TokenKind.Integer:
                return new Expression.Constant(new IntegerValue(ParseInteger(token)), token.Line);
            case TokenKind.Float:
                return new Expression.Constant(new FloatValue(double.Parse(token.Text, CultureInfo.InvariantCulture)), token.Line);
            case TokenKind.Operator when token.Text == "(":
                return ParseParenthesis(token.Line);
            case TokenKind.Operator when token.Text == "[":
                return new Expression.ListLiteral(ParseItems("]"), IsTuple: false, token.Line);
            case TokenKind.Operator when token.Text == "{":
                return ParseDict(token.Line);
            default:
                throw new ChatTemplateException($"Chat template, line {token.Line}: expected an expression, found {token.Describe()}.");
        }
    }

    /// <summary>String literals that stand side by side are one.</summary>
    private string JoinLiterals(string first)
    {
        if (cursor.Current.Kind != TokenKind.Text)
        {
            return first;
        }

        var joined = new StringBuilder(first);
        while (cursor.Current.Kind == TokenKind.Text)
        {
            joined.Append(cursor.Take().Text);
        }

        return joined.ToString();
    }

    private Expression ParseNameOrConstant(Token token)
    {
        Mentioned |= token.Text switch
        {
            "varargs" => MacroExtras.Positional,
            "kwargs" => MacroExtras.Named,
            "caller" => MacroExtras.Caller,
            _ => MacroExtras.None,
        };
        return token.Text switch
        {
            "true" or "True" => new Expression.Constant(BooleanValue.True, token.Line),
            "false" or "False" => new Expression.Constant(BooleanValue.False, token.Line),
            "none" or "None" => new Expression.Constant(NoneValue.Instance, token.Line),
            _ => new Expression.Name(token.Text, token.Line),
        };
    }

    private static BigInteger ParseInteger(Token token)
    {
        var digits = token.Text;
        if (digits.Length > PythonNumber.MaximumDigits)
        {
            throw new ChatTemplateException(
                $"Chat template, line {token.Line}: an integer has {digits.Length} digits; at most {PythonNumber.MaximumDigits} are supported.");
        }

        return PythonNumber.ParseInteger(digits)
            ?? throw new ChatTemplateException($"Chat template, line {token.Line}: '{digits}' is not an integer.");
    }

    private Expression ParseParenthesis(int line)
    {
        if (cursor.TakeOperator(")"))
        {
            return new Expression.ListLiteral([], IsTuple: true, line);
        }

        var value = expressions.ParseTuple();
        cursor.ExpectOperator(")");
        return value;
    }

    private List<Expression> ParseItems(string close)
    {
        var items = new List<Expression>();
        while (!cursor.TakeOperator(close))
        {
            if (items.Count > 0)
            {
                cursor.ExpectOperator(",");
                if (cursor.TakeOperator(close))
                {
                    break;
                }
            }

            items.Add(expressions.Parse());
        }

        return items;
    }

    private Expression.DictLiteral ParseDict(int line)
    {
        var items = new List<KeyValuePair<Expression, Expression>>();
        while (!cursor.TakeOperator("}"))
        {
            if (items.Count > 0)
            {
                cursor.ExpectOperator(",");
                if (cursor.TakeOperator("}"))
                {
                    break;
                }
            }

            var key = expressions.Parse();
            cursor.ExpectOperator(":");
            items.Add(new(key, expressions.Parse()));
        }

        return new Expression.DictLiteral(items, line);
    }

    private Expression ParsePostfix(Expression value)
    {
        while (cursor.Current.Kind == TokenKind.Operator)
        {
            var line = cursor.Line;
            if (cursor.TakeOperator("."))
            {
                var member = cursor.Take();
                value = member.Kind switch
                {
                    TokenKind.Name => new Expression.Attribute(value, new TextValue(member.Text), line),
                    TokenKind.Integer => new Expression.Item(value, new Expression.Constant(new IntegerValue(ParseInteger(member)), line), line),
                    _ => throw cursor.Fail($"expected a name after '.', found {member.Describe()}."),
                };
            }
            else if (cursor.TakeOperator("["))
            {
                value = new Expression.Item(value, ParseSubscript(), line);
            }
            else if (cursor.Current.IsOperator("("))
            {
                value = new Expression.Call(value, ParseArguments(), line);
            }
            else
            {
                break;
            }
        }

        return value;
    }

    private Expression ParseSubscript()
    {
        var line = cursor.Line;
        var first = cursor.Current.IsOperator(":") ? null : expressions.ParseTuple();
        if (!cursor.TakeOperator(":"))
        {
            cursor.ExpectOperator("]");
            return first ?? throw cursor.Fail("expected an index.");
        }

        var stop = cursor.Current.IsOperator(":") || cursor.Current.IsOperator("]") ? null : expressions.Parse();
        var step = cursor.TakeOperator(":") && !cursor.Current.IsOperator("]") ? expressions.Parse() : null;
        cursor.ExpectOperator("]");
        return new Expression.Slice(first, stop, step, line);
    }

    /// <summary>Filters, tests, and calls of their results.</summary>
    private Expression ParseFilters(Expression value)
    {
        while (true)
        {
            if (cursor.Current.IsOperator("|"))
            {
                value = ParseFilter(value);
            }
            else if (cursor.Current.IsName("is"))
            {
                value = ParseTest(value);
            }
            else if (cursor.Current.IsOperator("("))
            {
                var line = cursor.Line;
                value = new Expression.Call(value, ParseArguments(), line);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression.Filter ParseFilter(Expression value)
    {
        cursor.Take();
        return ParseFilterName(value);
    }

    /// <summary>A filter's name and arguments.</summary>
    public Expression.Filter ParseFilterName(Expression? target)
    {
        var line = cursor.Line;
        var name = cursor.ExpectName();
        return new Expression.Filter(target, name, cursor.Current.IsOperator("(") ? ParseArguments() : CallArguments.None, line);
    }

    private Expression ParseTest(Expression value)
    {
        var line = cursor.Take().Line;
        var isNegated = cursor.TakeName("not");
        var name = cursor.ExpectName();
        var arguments = CallArguments.None;
        if (cursor.Current.IsOperator("("))
        {
            arguments = ParseArguments();
        }
        else if (StartsTestArgument())
        {
            if (cursor.Current.IsName("is"))
            {
                throw cursor.Fail("tests cannot be chained with 'is'.");
            }

            arguments = new CallArguments([ParsePostfix(ParsePrimary())], [], null, null);
        }

        Expression test = new Expression.Test(value, name, arguments, line);
        return isNegated ? new Expression.Not(test, line) : test;
    }

    private bool StartsTestArgument()
    {
        var current = cursor.Current;
        return current.Kind switch
        {
            TokenKind.Name => current.Text is not ("else" or "or" or "and"),
            TokenKind.Text or TokenKind.Integer or TokenKind.Float => true,
            TokenKind.Operator => current.Text is "[" or "{",
            _ => false,
        };
    }

    /// <summary>A parenthesised argument list.</summary>
    public CallArguments ParseArguments()
    {
        cursor.ExpectOperator("(");
        var positional = new List<Expression>();
        var named = new List<KeyValuePair<string, Expression>>();
        Expression? spread = null;
        Expression? spreadNamed = null;
        for (var isFirst = true; !cursor.TakeOperator(")"); isFirst = false)
        {
            if (!isFirst)
            {
                cursor.ExpectOperator(",");
                if (cursor.TakeOperator(")"))
                {
                    break;
                }
            }

            if (spread is null && spreadNamed is null && cursor.TakeOperator("*"))
            {
                spread = expressions.Parse();
            }
            else if (spreadNamed is null && cursor.TakeOperator("**"))
            {
                spreadNamed = expressions.Parse();
            }
            else if (spreadNamed is null && cursor.Current.Kind == TokenKind.Name && cursor.Next.IsOperator("="))
            {
                var name = cursor.Take().Text;
                cursor.Take();
                named.Add(new(name, expressions.Parse()));
            }
            else if (named.Count == 0 && spread is null && spreadNamed is null)
            {
                positional.Add(expressions.Parse());
            }
            else
            {
                throw cursor.Fail("an argument by position follows one by name.");
            }
        }

        return new CallArguments(positional, named, spread, spreadNamed);
    }
}
