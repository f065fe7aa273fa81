using System.Globalization;
using System.Numerics;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>The 'attribute' argument of filters: a name, an index, or several joined by dots.</summary>
internal static class AttributePath
{
    public static JinjaValue Get(RenderBudget budget, JinjaValue value, JinjaValue path)
    {
        budget.Step();
        if (path is not TextValue text)
        {
            return Members.Item(budget, value, path);
        }

        foreach (var part in text.Text.Split('.'))
        {
            budget.Step();
            JinjaValue key = part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit)
                ? new IntegerValue(BigInteger.Parse(part, CultureInfo.InvariantCulture))
                : new TextValue(part);
            value = Members.Item(budget, value, key);
        }

        return value;
    }
}
