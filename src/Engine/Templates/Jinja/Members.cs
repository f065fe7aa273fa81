namespace Slerp.Engine.Templates.Jinja;

/// <summary>Attributes and items. Only what is listed here exists: there is no way from a template to a host object.</summary>
internal static class Members
{
    /// <summary>owner.name: a method first, then an entry, else undefined.</summary>
    public static JinjaValue Attribute(RenderBudget budget, JinjaValue owner, TextValue name)
    {
        if (owner is UndefinedValue undefined)
        {
            throw budget.Fail(undefined.Why + ".");
        }

        return Own(owner, name.Text) ?? (owner as DictValue)?.Find(name) ?? Missing(owner, name);
    }

    /// <summary>owner[index]: an entry first, then a method, else undefined.</summary>
    public static JinjaValue Item(RenderBudget budget, JinjaValue owner, JinjaValue index)
    {
        switch (owner)
        {
            case UndefinedValue undefined:
                throw budget.Fail(undefined.Why + ".");
            case DictValue dict when dict.Find(index) is { } entry:
                return entry;
            case ListValue list when Arithmetic.Count(index) is { } position:
                return At(list.Items.Count, position) is { } place ? list.Items[place] : Missing(owner, index);
            case RangeValue range when Arithmetic.Count(index) is { } position:
                return At(range.Count, position) is { } number ? range[number] : Missing(owner, index);
            case TextValue text when Arithmetic.Count(index) is { } position:
                return (JinjaValue?)Character(budget, text, position) ?? Missing(owner, index);
        }

        return (index is TextValue name ? Own(owner, name.Text) : null) ?? Missing(owner, index);
    }

    private static int? At(int count, int position)
    {
        var index = position < 0 ? (long)position + count : position;
        return index >= 0 && index < count ? (int)index : null;
    }

    private static TextValue? Character(RenderBudget budget, TextValue text, int position)
    {
        budget.Step(1 + (text.Length >> 8));
        budget.Read(PythonText.HasPairs(text.Text) ? text.Length : 0);
        if (At(PythonText.Count(text.Text), position) is not { } codePoint)
        {
            return null;
        }

        var offset = PythonText.Offset(text.Text, codePoint);
        return text.Slice(offset, PythonText.UnitsAt(text.Text, offset));
    }

    private static JinjaValue? Own(JinjaValue owner, string name) => owner switch
    {
        NamespaceValue scope => scope.Attributes.GetValueOrDefault(name),
        LoopValue loop => loop.Attribute(name),
        MacroValue macro => name switch
        {
            "name" => new TextValue(macro.Definition.Name),
            "arguments" => ListValue.Tuple([.. macro.Definition.Parameters.Select(parameter => new TextValue(parameter))]),
            _ => null,
        },
        TextValue text => TextMethods.Find(name) is { } method
            ? new FunctionValue(name, (interpreter, arguments) =>
            {
                interpreter.Budget.Read(text.Length);
                return method(interpreter, text, arguments);
            })
            : null,
        DictValue or ListValue => CollectionMethods.Find(owner, name),
        _ => null,
    };

    private static UndefinedValue Missing(JinjaValue owner, JinjaValue name)
    {
        if (Arithmetic.Integer(name) is { } index)
        {
            return new UndefinedValue($"'{owner.TypeName} object' has no element {index}");
        }

        var what = name is TextValue text ? (text.Length > 80 ? text.Text[..80] + "…" : text.Text) : name.TypeName;
        return new UndefinedValue(owner is NoneValue ? $"'None' has no attribute '{what}'" : $"'{owner.TypeName} object' has no attribute '{what}'");
    }
}
