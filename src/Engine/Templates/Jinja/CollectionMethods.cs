using System.Numerics;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>The methods of mappings and lists that read. Those that change them (update, append, …) do not exist, as in the sandbox.</summary>
internal static class CollectionMethods
{
    public static JinjaValue? Find(JinjaValue owner, string name) => (owner, name) switch
    {
        (DictValue dict, "get") => new FunctionValue(name, (interpreter, arguments) => Get(interpreter, dict, arguments)),
        (DictValue dict, "keys") => new FunctionValue(name, (_, _) => new ViewValue("dict_keys", dict.Keys)),
        (DictValue dict, "values") => new FunctionValue(name, (_, _) => new ViewValue("dict_values", dict.Values)),
        (DictValue dict, "items") => new FunctionValue(name, (interpreter, _) => new ViewValue("dict_items", Items(interpreter.Budget, dict))),
        (ListValue list, "count") => new FunctionValue(name, (interpreter, arguments) => Count(interpreter, list, arguments)),
        (ListValue list, "index") => new FunctionValue(name, (interpreter, arguments) => Index(interpreter, list, arguments)),
        (DictValue or ListValue { IsTuple: false }, "copy") => new FunctionValue(name, (_, _) => owner),
        (DictValue, "clear" or "pop" or "popitem" or "setdefault" or "update")
            or (ListValue { IsTuple: false }, "append" or "clear" or "extend" or "insert" or "pop" or "remove" or "reverse" or "sort") =>
            new UndefinedValue($"'{name}' would change a {owner.TypeName}, which templates may not do"),
        _ => null,
    };

    /// <summary>The (key, value) tuples of a mapping.</summary>
    public static List<JinjaValue> Items(RenderBudget budget, DictValue dict)
    {
        budget.Step(dict.Count);
        return [.. dict.Entries.Select(entry => ListValue.Tuple(entry.Key, entry.Value))];
    }

    private static JinjaValue Get(Interpreter interpreter, DictValue dict, Arguments arguments)
    {
        var bound = arguments.Bind(interpreter.Budget, "get", "key", "default");
        return dict.Find(bound[0] ?? throw interpreter.Budget.Fail("'get' needs a key.")) ?? bound[1] ?? NoneValue.Instance;
    }

    private static IntegerValue Count(Interpreter interpreter, ListValue list, Arguments arguments)
    {
        var sought = arguments.Bind(interpreter.Budget, "count", "value")[0] ?? throw interpreter.Budget.Fail("'count' needs a value.");
        return new IntegerValue(new BigInteger(list.Items.Count(item => Comparisons.AreEqual(interpreter.Budget, item, sought))));
    }

    private static IntegerValue Index(Interpreter interpreter, ListValue list, Arguments arguments)
    {
        var sought = arguments.Bind(interpreter.Budget, "index", "value")[0] ?? throw interpreter.Budget.Fail("'index' needs a value.");
        for (var index = 0; index < list.Items.Count; index++)
        {
            if (Comparisons.AreEqual(interpreter.Budget, list.Items[index], sought))
            {
                return new IntegerValue(index);
            }
        }

        throw interpreter.Budget.Fail("the value is not in the list.");
    }
}
