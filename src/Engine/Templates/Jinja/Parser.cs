namespace Slerp.Engine.Templates.Jinja;

/// <summary>Parses a template's statements. Tags that would read other templates (include, import, extends, block) are refused.</summary>
internal sealed class Parser
{
    /// <summary>Published templates are below 30,000 characters.</summary>
    public const int MaximumSourceCharacters = 1 << 20;

    private readonly TokenCursor cursor;
    private readonly ExpressionParser expressions;
    private int loops;

    private Parser(IReadOnlyList<Token> tokens)
    {
        cursor = new TokenCursor(tokens);
        expressions = new ExpressionParser(cursor);
    }

    public static IReadOnlyList<Statement> Parse(string source)
    {
        if (source.Length > MaximumSourceCharacters)
        {
            throw new ChatTemplateException(
                $"Chat template: it has {source.Length:N0} characters; at most {MaximumSourceCharacters:N0} are read. Check that this is the template file.");
        }

        var parser = new Parser(Lexer.Tokenize(source));
        var body = parser.ParseBody();
        return parser.cursor.Current.Kind == TokenKind.End
            ? body
            : throw parser.cursor.Fail($"unexpected tag {parser.cursor.Next.Describe()}.");
    }

    /// <summary>Statements up to the end of the template or a tag named in <paramref name="ends"/>, whose '{%' is left for the caller.</summary>
    private List<Statement> ParseBody(params ReadOnlySpan<string> ends)
    {
        cursor.Enter();
        var body = new List<Statement>();
        while (cursor.Current.Kind != TokenKind.End && !(cursor.Current.Kind == TokenKind.BlockBegin && ends.Contains(cursor.Next.Text)))
        {
            var token = cursor.Take();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    body.Add(new Statement.Data(new TextValue(token.Text), token.Line));
                    break;
                case TokenKind.OutputBegin:
                    body.Add(new Statement.Output(expressions.ParseTuple(), token.Line));
                    cursor.Expect(TokenKind.OutputEnd, "'}}'");
                    break;
                default:
                    ParseTag(body);
                    break;
            }
        }

        cursor.Leave();
        return body;
    }

    /// <summary>The body of a block, its '{% end… %}' included.</summary>
    private List<Statement> ParseBlock(string end)
    {
        EndTag();
        var body = ParseBody(end);
        ExpectTag(end);
        EndTag();
        return body;
    }

    private void ExpectTag(string name)
    {
        if (cursor.Current.Kind != TokenKind.BlockBegin || !cursor.Next.IsName(name))
        {
            throw cursor.Fail($"expected '{{% {name} %}}', found {cursor.Current.Describe()}.");
        }

        cursor.Take();
        cursor.Take();
    }

    private void EndTag() => cursor.Expect(TokenKind.BlockEnd, "'%}'");

    private void ParseTag(List<Statement> body)
    {
        var line = cursor.Line;
        var tag = cursor.ExpectName();
        switch (tag)
        {
            case "if":
                body.Add(ParseIf(line));
                break;
            case "for":
                body.Add(ParseFor(line));
                break;
            case "set":
                body.Add(ParseSet(line));
                break;
            case "macro":
                body.Add(ParseMacro(line));
                break;
            case "call":
                body.Add(ParseCall(line));
                break;
            case "filter":
                body.Add(new Statement.FilterBlock(ParseFilterChain(first: true), ParseBlock("endfilter"), line));
                break;
            case "with":
                body.Add(ParseWith(line));
                break;
            case "generation":
                body.Add(new Statement.With([], ParseBlock("endgeneration"), line));
                break;
            case "break" or "continue":
                body.Add(ParseLoopControl(tag, line));
                break;
            case "include" or "import" or "from" or "extends" or "block":
                throw cursor.Fail($"'{tag}' is not supported: a chat template is one text and reads no other.");
            default:
                throw cursor.Fail(
                    $"unknown tag '{tag}'. Known: if, for, set, macro, call, filter, with, generation, break, continue, raw.");
        }
    }

    private Statement ParseLoopControl(string tag, int line)
    {
        if (loops == 0)
        {
            throw cursor.Fail($"'{tag}' stands outside a loop.");
        }

        EndTag();
        return tag == "break" ? new Statement.Break(line) : new Statement.Continue(line);
    }

    private Statement.If ParseIf(int line)
    {
        var branches = new List<KeyValuePair<Expression, IReadOnlyList<Statement>>>();
        List<Statement> otherwise = [];
        do
        {
            var condition = expressions.ParseTuple(allowConditional: false);
            EndTag();
            branches.Add(new(condition, ParseBody("elif", "else", "endif")));
            if (cursor.Current.Kind == TokenKind.End)
            {
                throw cursor.Fail($"the 'if' of line {line} has no 'endif'.");
            }

            cursor.Take();
        }
        while (cursor.TakeName("elif"));

        if (cursor.TakeName("else"))
        {
            otherwise = ParseBlock("endif");
        }
        else
        {
            cursor.Take();
            EndTag();
        }

        return new Statement.If(branches, otherwise, line);
    }

    private Statement.For ParseFor(int line)
    {
        var target = ParseTarget(allowAttribute: false);
        if (!cursor.TakeName("in"))
        {
            throw cursor.Fail($"expected 'in', found {cursor.Current.Describe()}.");
        }

        var source = expressions.ParseTuple(allowConditional: false);
        var condition = cursor.TakeName("if") ? expressions.Parse() : null;
        var isRecursive = cursor.TakeName("recursive");
        EndTag();
        loops++;
        var body = ParseBody("else", "endfor");
        loops--;
        if (cursor.Current.Kind == TokenKind.End)
        {
            throw cursor.Fail($"the 'for' of line {line} has no 'endfor'.");
        }

        cursor.Take();
        List<Statement> otherwise = [];
        if (cursor.TakeName("else"))
        {
            otherwise = ParseBlock("endfor");
        }
        else
        {
            cursor.Take();
            EndTag();
        }

        return new Statement.For(target, source, condition, body, otherwise, isRecursive, line);
    }

    private Statement ParseSet(int line)
    {
        var target = ParseTarget(allowAttribute: true);
        if (cursor.TakeOperator("="))
        {
            var value = expressions.ParseTuple();
            EndTag();
            return new Statement.Set(target, value, line);
        }

        return new Statement.SetBlock(target, ParseFilterChain(first: false), ParseBlock("endset"), line);
    }

    /// <summary>Filters in a row; the first of a filter block has no '|' before it.</summary>
    private List<Expression.Filter> ParseFilterChain(bool first)
    {
        var filters = new List<Expression.Filter>();
        while (first || cursor.TakeOperator("|"))
        {
            filters.Add(expressions.Operands.ParseFilterName(target: null));
            first = false;
        }

        return filters;
    }

    private AssignmentTarget ParseTarget(bool allowAttribute)
    {
        var first = ParseSingleTarget(allowAttribute);
        if (!cursor.Current.IsOperator(","))
        {
            return first;
        }

        var items = new List<AssignmentTarget> { first };
        while (cursor.TakeOperator(",") && (cursor.Current.Kind == TokenKind.Name || cursor.Current.IsOperator("(")) && !cursor.Current.IsName("in"))
        {
            items.Add(ParseSingleTarget(allowAttribute));
        }

        return new AssignmentTarget.Tuple(items);
    }

    private AssignmentTarget ParseSingleTarget(bool allowAttribute)
    {
        if (cursor.TakeOperator("("))
        {
            cursor.Enter();
            var inner = ParseTarget(allowAttribute);
            cursor.ExpectOperator(")");
            cursor.Leave();
            return inner;
        }

        var name = cursor.ExpectName();
        if (name is "true" or "false" or "none" or "True" or "False" or "None")
        {
            throw cursor.Fail($"cannot assign to '{name}'.");
        }

        return allowAttribute && cursor.TakeOperator(".")
            ? new AssignmentTarget.NamespaceAttribute(name, cursor.ExpectName())
            : new AssignmentTarget.Name(name);
    }

    private Statement.Macro ParseMacro(int line)
    {
        var name = cursor.ExpectName();
        cursor.ExpectOperator("(");
        return new Statement.Macro(ParseMacroRest(name, "endmacro"), line);
    }

    /// <summary>From the first parameter to the end tag of a macro or call block.</summary>
    private MacroDefinition ParseMacroRest(string name, string end)
    {
        var (parameters, defaults) = ParseParameters();
        return ParseMacroBody(name, parameters, defaults, () => ParseBlock(end));
    }

    private MacroDefinition ParseMacroBody(
        string name, IReadOnlyList<string> parameters, IReadOnlyList<Expression?> defaults, Func<IReadOnlyList<Statement>> parseBody)
    {
        var outerMentioned = expressions.Operands.Mentioned;
        var outerLoops = loops;
        expressions.Operands.Mentioned = MacroExtras.None;
        loops = 0;
        var body = parseBody();
        var mentioned = expressions.Operands.Mentioned;
        expressions.Operands.Mentioned = outerMentioned | mentioned;
        loops = outerLoops;
        return new MacroDefinition(name, parameters, defaults, body, mentioned);
    }

    private (List<string> Parameters, List<Expression?> Defaults) ParseParameters()
    {
        var parameters = new List<string>();
        var defaults = new List<Expression?>();
        while (!cursor.TakeOperator(")"))
        {
            if (parameters.Count > 0)
            {
                cursor.ExpectOperator(",");
                if (cursor.TakeOperator(")"))
                {
                    break;
                }
            }

            parameters.Add(cursor.ExpectName());
            defaults.Add(cursor.TakeOperator("=") ? expressions.Parse() : null);
            if (defaults[^1] is null && defaults.Count > 1 && defaults[^2] is not null)
            {
                throw cursor.Fail($"the parameter '{parameters[^1]}' without a default follows one with a default.");
            }
        }

        return (parameters, defaults);
    }

    private Statement.CallBlock ParseCall(int line)
    {
        var (parameters, defaults) = cursor.TakeOperator("(") ? ParseParameters() : ([], []);
        if (expressions.ParseTuple() is not Expression.Call call)
        {
            throw cursor.Fail("a call block must call a macro.");
        }

        return new Statement.CallBlock(call, ParseMacroBody("caller", parameters, defaults, () => ParseBlock("endcall")), line);
    }

    private Statement.With ParseWith(int line)
    {
        var values = new List<KeyValuePair<AssignmentTarget, Expression>>();
        while (cursor.Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
            {
                cursor.ExpectOperator(",");
            }

            var target = ParseSingleTarget(allowAttribute: false);
            cursor.ExpectOperator("=");
            values.Add(new(target, expressions.Parse()));
        }

        return new Statement.With(values, ParseBlock("endwith"), line);
    }
}
