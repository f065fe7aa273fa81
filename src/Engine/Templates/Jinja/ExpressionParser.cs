namespace Slerp.Engine.Templates.Jinja;

/// <summary>Parses operators, in Jinja's order of binding: conditional, or, and, not, comparison, sum, '~', product, power.</summary>
internal sealed class ExpressionParser
{
    private readonly TokenCursor cursor;
    private readonly OperandParser operands;

    public ExpressionParser(TokenCursor cursor)
    {
        this.cursor = cursor;
        operands = new OperandParser(cursor, this);
    }

    /// <summary>What operators stand between.</summary>
    public OperandParser Operands => operands;

    /// <summary>One expression, or a tuple where commas follow. Without <paramref name="allowConditional"/> an 'if' is left alone.</summary>
    public Expression ParseTuple(bool allowConditional = true)
    {
        var line = cursor.Line;
        var first = allowConditional ? Parse() : ParseOr();
        if (!cursor.Current.IsOperator(","))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (cursor.TakeOperator(",") && !AtTupleEnd())
        {
            items.Add(allowConditional ? Parse() : ParseOr());
        }

        return new Expression.ListLiteral(items, IsTuple: true, line);
    }

    public Expression Parse()
    {
        cursor.Enter();
        var value = ParseOr();
        while (cursor.Current.IsName("if"))
        {
            var line = cursor.Take().Line;
            var condition = ParseOr();
            value = new Expression.Conditional(condition, value, cursor.TakeName("else") ? Parse() : null, line);
        }

        cursor.Leave();
        return value;
    }

    private bool AtTupleEnd() => cursor.Current.Kind is TokenKind.BlockEnd or TokenKind.OutputEnd || cursor.Current.IsOperator(")")
        || cursor.Current.IsOperator("]") || cursor.Current.IsOperator("=") || cursor.Current.IsName("in");

    public Expression ParseOr()
    {
        var left = ParseAnd();
        while (cursor.Current.IsName("or"))
        {
            var line = cursor.Take().Line;
            left = new Expression.Or(left, ParseAnd(), line);
        }

        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (cursor.Current.IsName("and"))
        {
            var line = cursor.Take().Line;
            left = new Expression.And(left, ParseNot(), line);
        }

        return left;
    }

    private Expression ParseNot()
    {
        if (!cursor.Current.IsName("not"))
        {
            return ParseComparison();
        }

        cursor.Enter();
        var line = cursor.Take().Line;
        var value = new Expression.Not(ParseNot(), line);
        cursor.Leave();
        return value;
    }

    private Expression ParseComparison()
    {
        var line = cursor.Line;
        var first = ParseArithmetic(0);
        List<KeyValuePair<string, Expression>>? rest = null;
        while (ComparisonSymbol() is { } symbol)
        {
            (rest ??= []).Add(new(symbol, ParseArithmetic(0)));
        }

        return rest is null ? first : new Expression.Comparison(first, rest, line);
    }

    private string? ComparisonSymbol()
    {
        var current = cursor.Current;
        if (current.Kind == TokenKind.Operator && current.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
        {
            return cursor.Take().Text;
        }

        if (cursor.TakeName("in"))
        {
            return "in";
        }

        if (current.IsName("not") && cursor.Next.IsName("in"))
        {
            cursor.Take();
            cursor.Take();
            return "not in";
        }

        return null;
    }

    /// <summary>Levels: 0 sums, 1 '~', 2 products, 3 powers.</summary>
    private Expression ParseArithmetic(int level)
    {
        if (level == 1)
        {
            return ParseConcatenation();
        }

        var left = level == 3 ? operands.ParseSigned(withFilters: true) : ParseArithmetic(level + 1);
        while (cursor.Current.Kind == TokenKind.Operator && LevelOf(cursor.Current.Text) == level)
        {
            var symbol = cursor.Take();
            left = new Expression.Arithmetic(symbol.Text, left, level == 3 ? operands.ParseSigned(withFilters: true) : ParseArithmetic(level + 1), symbol.Line);
        }

        return left;
    }

    private static int LevelOf(string symbol) => symbol switch
    {
        "+" or "-" => 0,
        "*" or "/" or "//" or "%" => 2,
        "**" => 3,
        _ => -1,
    };

    private Expression ParseConcatenation()
    {
        var line = cursor.Line;
        var first = ParseArithmetic(2);
        if (!cursor.Current.IsOperator("~"))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (cursor.TakeOperator("~"))
        {
            items.Add(ParseArithmetic(2));
        }

        return new Expression.Concatenation(items, line);
    }
}
