namespace Slerp.Engine.Templates.Jinja;

/// <summary>Evaluates expressions, one method per node kind.</summary>
internal sealed class ExpressionEvaluator(Interpreter interpreter)
{
    private readonly RenderBudget budget = interpreter.Budget;

    public JinjaValue Evaluate(Expression expression, Scope scope)
    {
        budget.Step();
        switch (expression)
        {
            case Expression.Constant constant:
                return constant.Value;
            case Expression.Name name:
                return scope.Find(name.Identifier) ?? UndefinedValue.Name(name.Identifier);
        }

        budget.Enter();
        budget.Line = expression.Line;
        var value = EvaluateNested(expression, scope);
        budget.Leave();
        return value;
    }

    private JinjaValue EvaluateNested(Expression expression, Scope scope) => expression switch
    {
        Expression.Attribute attribute => Members.Attribute(budget, Evaluate(attribute.Target, scope), attribute.Identifier),
        Expression.Item item => EvaluateItem(item, scope),
        Expression.Call call => Call(Evaluate(call.Target, scope), EvaluateArguments(call.Arguments, scope)),
        Expression.Filter filter => ApplyFilter(filter, Evaluate(filter.Target!, scope), scope),
        Expression.Test test => BooleanValue.Of(EvaluateTest(test, scope)),
        Expression.Not not => BooleanValue.Of(!Evaluate(not.Operand, scope).IsTrue),
        Expression.And and => EvaluateAnd(and, scope),
        Expression.Or or => EvaluateOr(or, scope),
        Expression.Sign sign => Arithmetic.Sign(budget, sign.Symbol, Evaluate(sign.Operand, scope)),
        Expression.Arithmetic binary => Arithmetic.Apply(budget, binary.Symbol, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope)),
        Expression.Concatenation concatenation => EvaluateConcatenation(concatenation, scope),
        Expression.Comparison comparison => EvaluateComparison(comparison, scope),
        Expression.Conditional conditional => EvaluateConditional(conditional, scope),
        Expression.ListLiteral list => new ListValue(EvaluateAll(list.Items, scope), list.IsTuple),
        Expression.DictLiteral dict => EvaluateDict(dict, scope),
        _ => throw budget.Fail($"a {expression.GetType().Name} cannot stand here."),
    };

    private JinjaValue EvaluateAnd(Expression.And and, Scope scope)
    {
        var left = Evaluate(and.Left, scope);
        return left.IsTrue ? Evaluate(and.Right, scope) : left;
    }

    private JinjaValue EvaluateOr(Expression.Or or, Scope scope)
    {
        var left = Evaluate(or.Left, scope);
        return left.IsTrue ? left : Evaluate(or.Right, scope);
    }

    private JinjaValue EvaluateConditional(Expression.Conditional conditional, Scope scope)
    {
        if (Evaluate(conditional.Condition, scope).IsTrue)
        {
            return Evaluate(conditional.Then, scope);
        }

        return conditional.Otherwise is null
            ? new UndefinedValue("the conditional expression was false and has no 'else'")
            : Evaluate(conditional.Otherwise, scope);
    }

    private TextValue EvaluateConcatenation(Expression.Concatenation concatenation, Scope scope)
    {
        var text = new TextBuilder(budget);
        foreach (var item in concatenation.Items)
        {
            Printer.AppendText(text, Evaluate(item, scope));
        }

        return text.ToText();
    }

    private BooleanValue EvaluateComparison(Expression.Comparison comparison, Scope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (symbol, operand) in comparison.Rest)
        {
            var right = Evaluate(operand, scope);
            if (!Comparisons.Holds(budget, symbol, left, right))
            {
                return BooleanValue.False;
            }

            left = right;
        }

        return BooleanValue.True;
    }

    private JinjaValue EvaluateItem(Expression.Item item, Scope scope)
    {
        var target = Evaluate(item.Target, scope);
        if (item.Index is not Expression.Slice slice)
        {
            return Members.Item(budget, target, Evaluate(item.Index, scope));
        }

        return Slicing.Slice(budget, target, EvaluateOrNull(slice.Start, scope), EvaluateOrNull(slice.Stop, scope), EvaluateOrNull(slice.Step, scope));
    }

    private JinjaValue? EvaluateOrNull(Expression? expression, Scope scope) => expression is null ? null : Evaluate(expression, scope);

    private List<JinjaValue> EvaluateAll(IReadOnlyList<Expression> expressions, Scope scope)
    {
        var values = new List<JinjaValue>(expressions.Count);
        foreach (var expression in expressions)
        {
            values.Add(Evaluate(expression, scope));
        }

        return values;
    }

    private DictValue EvaluateDict(Expression.DictLiteral literal, Scope scope)
    {
        var dict = new DictValue();
        budget.Step(DictValue.Steps);
        foreach (var (key, value) in literal.Items)
        {
            var name = Evaluate(key, scope);
            dict.Set(KeyComparer.IsKey(name) ? name : throw budget.Fail($"a {name.TypeName} cannot be a key of a mapping."), Evaluate(value, scope));
        }

        return dict;
    }

    public Arguments EvaluateArguments(CallArguments arguments, Scope scope)
    {
        if (arguments.IsEmpty)
        {
            return Arguments.None;
        }

        var positional = EvaluateAll(arguments.Positional, scope);
        if (arguments.Spread is { } spread)
        {
            var items = Iteration.Items(budget, Evaluate(spread, scope));
            budget.Step(items.Count);
            positional.AddRange(items);
        }

        var named = new List<KeyValuePair<string, JinjaValue>>(arguments.Named.Count);
        foreach (var (name, value) in arguments.Named)
        {
            named.Add(new(name, Evaluate(value, scope)));
        }

        if (arguments.SpreadNamed is { } spreadNamed)
        {
            AddNamed(named, Evaluate(spreadNamed, scope));
        }

        for (var index = 1; index < named.Count; index++)
        {
            budget.Step(index);
            if (named.FindIndex(0, index, other => other.Key == named[index].Key) >= 0)
            {
                throw budget.Fail($"the argument '{named[index].Key}' is given twice.");
            }
        }

        return new Arguments(positional, named);
    }

    private void AddNamed(List<KeyValuePair<string, JinjaValue>> named, JinjaValue value)
    {
        if (value is not DictValue dict)
        {
            throw budget.Fail($"the argument after '**' must be a mapping, not {value.TypeName}.");
        }

        foreach (var (key, item) in dict.Entries)
        {
            budget.Step();
            named.Add(new((key as TextValue ?? throw budget.Fail("argument names must be strings.")).Text, item));
        }
    }

    public JinjaValue Call(JinjaValue target, Arguments arguments)
    {
        budget.Step();
        return target switch
        {
            MacroValue macro => interpreter.CallMacro(macro, arguments),
            FunctionValue function => function.Invoke(interpreter, arguments),
            LoopValue { Again: { } again } => again(arguments.Bind(budget, "loop", "iterable")[0] ?? throw budget.Fail("'loop' needs what to loop over.")),
            UndefinedValue undefined => throw budget.Fail(undefined.Why + "."),
            _ => throw budget.Fail($"'{target.TypeName}' object is not callable."),
        };
    }

    public JinjaValue ApplyFilter(Expression.Filter filter, JinjaValue value, Scope scope) =>
        Apply(filter.Identifier, value, EvaluateArguments(filter.Arguments, scope));

    /// <summary>Applies the filter called <paramref name="name"/>.</summary>
    public JinjaValue Apply(string name, JinjaValue value, Arguments arguments)
    {
        budget.Read((value as TextValue)?.Length ?? 0);
        return FilterCatalog.Find(name) is { } filter
            ? filter(interpreter, value, arguments)
            : throw budget.Fail($"no filter named '{name}'.");
    }

    private bool EvaluateTest(Expression.Test test, Scope scope) =>
        Test(test.Identifier, Evaluate(test.Target, scope), EvaluateArguments(test.Arguments, scope));

    /// <summary>Applies the test called <paramref name="name"/>.</summary>
    public bool Test(string name, JinjaValue value, Arguments arguments)
    {
        budget.Read((value as TextValue)?.Length ?? 0);
        return TestCatalog.Find(name) is { } test
            ? test(interpreter, value, arguments)
            : throw budget.Fail($"no test named '{name}'.");
    }
}
