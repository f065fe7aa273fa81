namespace Slerp.Engine.Templates.Jinja;

/// <summary>Runs the statements of one rendering. Not thread-safe: one interpreter, one rendering.</summary>
internal sealed class Interpreter
{
    /// <summary>What an iteration costs beside its body: a scope, two names, the loop's bookkeeping.</summary>
    private const int IterationSteps = 3;

    private readonly Scope builtins = new(parent: null);

    public Interpreter(RenderLimits limits, TimeProvider time, CancellationToken cancellation = default)
    {
        Budget = new RenderBudget(limits, cancellation);
        Evaluator = new ExpressionEvaluator(this);
        Time = time;
        foreach (var (name, function) in GlobalFunctions.Catalog)
        {
            builtins.Set(name, new FunctionValue(name, function));
        }
    }

    public RenderBudget Budget { get; }

    public ExpressionEvaluator Evaluator { get; }

    public TimeProvider Time { get; }

    /// <summary>Renders a template with the given variables.</summary>
    public TextValue Render(IReadOnlyList<Statement> template, DictValue variables)
    {
        var scope = new Scope(builtins);
        foreach (var (name, value) in variables.Entries)
        {
            scope.Set(((TextValue)name).Text, value);
        }

        var output = new TextBuilder(Budget, Budget.Limits.OutputCharacters);
        Execute(template, new Scope(scope), output);
        return output.ToText();
    }

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    private Flow Execute(IReadOnlyList<Statement> statements, Scope scope, TextBuilder output)
    {
        Budget.Enter();
        var flow = Flow.Next;
        for (var index = 0; index < statements.Count && flow == Flow.Next; index++)
        {
            Budget.Step();
            Budget.Line = statements[index].Line;
            flow = Execute(statements[index], scope, output);
        }

        Budget.Leave();
        return flow;
    }

    private Flow Execute(Statement statement, Scope scope, TextBuilder output)
    {
        switch (statement)
        {
            case Statement.Data data:
                output.Append(data.Text);
                return Flow.Next;
            case Statement.Output value:
                Printer.AppendText(output, Evaluator.Evaluate(value.Value, scope));
                return Flow.Next;
            case Statement.If branches:
                return ExecuteIf(branches, scope, output);
            case Statement.For loop:
                return ExecuteFor(loop, scope, output);
            case Statement.Set set:
                Assign(set.Target, Evaluator.Evaluate(set.Value, scope), scope);
                return Flow.Next;
            case Statement.SetBlock set:
                Assign(set.Target, Filter(set.Filters, RenderBlock(set.Body, new Scope(scope)), scope), scope);
                return Flow.Next;
            case Statement.Macro macro:
                scope.Set(macro.Definition.Name, new MacroValue(macro.Definition, scope));
                return Flow.Next;
            case Statement.CallBlock call:
                Printer.AppendText(output, ExecuteCall(call, scope));
                return Flow.Next;
            case Statement.FilterBlock filter:
                Printer.AppendText(output, Filter(filter.Filters, RenderBlock(filter.Body, new Scope(scope)), scope));
                return Flow.Next;
            case Statement.With with:
                return ExecuteWith(with, scope, output);
            case Statement.Break:
                return Flow.Break;
            case Statement.Continue:
                return Flow.Continue;
            default:
                throw Budget.Fail($"unknown statement {statement.GetType().Name}.");
        }
    }

    private TextValue RenderBlock(IReadOnlyList<Statement> body, Scope scope)
    {
        var output = new TextBuilder(Budget);
        Execute(body, scope, output);
        return output.ToText();
    }

    private JinjaValue Filter(IReadOnlyList<Expression.Filter> filters, JinjaValue value, Scope scope)
    {
        foreach (var filter in filters)
        {
            value = Evaluator.ApplyFilter(filter, value, scope);
        }

        return value;
    }

    private Flow ExecuteIf(Statement.If statement, Scope scope, TextBuilder output)
    {
        foreach (var (condition, body) in statement.Branches)
        {
            if (Evaluator.Evaluate(condition, scope).IsTrue)
            {
                return Execute(body, scope, output);
            }
        }

        return Execute(statement.Otherwise, scope, output);
    }

    private Flow ExecuteWith(Statement.With statement, Scope scope, TextBuilder output)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in statement.Values)
        {
            Assign(target, Evaluator.Evaluate(value, scope), inner);
        }

        return Execute(statement.Body, inner, output);
    }

    private Flow ExecuteFor(Statement.For statement, Scope scope, TextBuilder output)
    {
        RunLoop(statement, Evaluator.Evaluate(statement.Source, scope), depth: 0, scope, output);
        return Flow.Next;
    }

    /// <summary>Runs a loop over <paramref name="source"/>; a recursive loop calls this again through its loop variable.</summary>
    private void RunLoop(Statement.For statement, JinjaValue source, int depth, Scope scope, TextBuilder output)
    {
        var items = new LoopSource(Iteration.Items(Budget, source), statement.Condition is null ? null : item => Passes(statement, item, scope));
        if (!items.Has(0))
        {
            Execute(statement.Otherwise, new Scope(scope), output);
            return;
        }

        Func<JinjaValue, JinjaValue>? again = !statement.IsRecursive ? null : inner =>
        {
            var nested = new TextBuilder(Budget);
            RunLoop(statement, inner, depth + 1, scope, nested);
            return nested.ToText();
        };
        var loop = new LoopValue(items, depth, again);
        for (; items.Has(loop.Index); loop.Index++)
        {
            Budget.Step(IterationSteps);
            var body = new Scope(scope);
            body.Set("loop", loop);
            Assign(statement.Target, items[loop.Index], body);
            if (Execute(statement.Body, body, output) == Flow.Break)
            {
                break;
            }
        }
    }

    private bool Passes(Statement.For statement, JinjaValue item, Scope scope)
    {
        var inner = new Scope(scope);
        Assign(statement.Target, item, inner);
        return Evaluator.Evaluate(statement.Condition!, inner).IsTrue;
    }

    private void Assign(AssignmentTarget target, JinjaValue value, Scope scope)
    {
        switch (target)
        {
            case AssignmentTarget.Name name:
                scope.Set(name.Identifier, value);
                break;
            case AssignmentTarget.NamespaceAttribute attribute:
                if (scope.Find(attribute.Owner) is not NamespaceValue owner)
                {
                    throw Budget.Fail($"cannot set '{attribute.Identifier}' of '{attribute.Owner}': it is not a namespace.");
                }

                owner.Attributes[attribute.Identifier] = value;
                break;
            case AssignmentTarget.Tuple tuple:
                var items = Iteration.Items(Budget, value);
                if (items.Count != tuple.Items.Count)
                {
                    throw Budget.Fail($"cannot unpack {items.Count} values into {tuple.Items.Count} names.");
                }

                for (var index = 0; index < items.Count; index++)
                {
                    Assign(tuple.Items[index], items[index], scope);
                }

                break;
        }
    }

    private JinjaValue ExecuteCall(Statement.CallBlock statement, Scope scope)
    {
        var target = Evaluator.Evaluate(statement.Call.Target, scope);
        var arguments = Evaluator.EvaluateArguments(statement.Call.Arguments, scope);
        var caller = new MacroValue(statement.Caller, scope);
        return Evaluator.Call(target, new Arguments(arguments.Positional, [.. arguments.Named, new("caller", caller)]));
    }

    /// <summary>Runs a macro's body with its parameters bound.</summary>
    public TextValue CallMacro(MacroValue macro, Arguments arguments)
    {
        var definition = macro.Definition;
        var scope = new Scope(macro.Closure);
        var line = Budget.Line;
        BindMacro(definition, arguments, scope);
        var text = RenderBlock(definition.Body, scope);
        Budget.Line = line;
        return text;
    }

    private void BindMacro(MacroDefinition definition, Arguments arguments, Scope scope)
    {
        var parameters = definition.Parameters;
        var named = new Dictionary<string, JinjaValue>(arguments.Named, StringComparer.Ordinal);
        for (var index = 0; index < parameters.Count; index++)
        {
            JinjaValue value;
            if (index < arguments.Positional.Count)
            {
                value = arguments.Positional[index];
                if (named.ContainsKey(parameters[index]))
                {
                    throw Budget.Fail($"macro '{definition.Name}' was given the argument '{parameters[index]}' twice.");
                }
            }
            else if (named.Remove(parameters[index], out var given))
            {
                value = given;
            }
            else
            {
                value = definition.Defaults[index] is { } expression
                    ? Evaluator.Evaluate(expression, scope)
                    : new UndefinedValue($"parameter '{parameters[index]}' was not provided");
            }

            scope.Set(parameters[index], value);
        }

        BindExtras(definition, arguments, named, scope);
    }

    private void BindExtras(MacroDefinition definition, Arguments arguments, Dictionary<string, JinjaValue> named, Scope scope)
    {
        var extras = definition.Extras;
        if (extras.HasFlag(MacroExtras.Caller) && !definition.Parameters.Contains("caller"))
        {
            scope.Set("caller", named.Remove("caller", out var caller) ? caller : new UndefinedValue("No caller defined"));
        }

        if (extras.HasFlag(MacroExtras.Named))
        {
            var rest = new DictValue();
            foreach (var (name, value) in named)
            {
                rest.Set(name, value);
            }

            scope.Set("kwargs", rest);
        }
        else if (named.Count > 0)
        {
            throw Budget.Fail($"macro '{definition.Name}' takes no argument '{named.Keys.First()}'.");
        }

        var surplus = arguments.Positional.Skip(definition.Parameters.Count).ToList();
        if (extras.HasFlag(MacroExtras.Positional))
        {
            scope.Set("varargs", ListValue.Tuple(surplus));
        }
        else if (surplus.Count > 0)
        {
            throw Budget.Fail($"macro '{definition.Name}' takes at most {definition.Parameters.Count} arguments; {arguments.Positional.Count} were given.");
        }
    }
}
