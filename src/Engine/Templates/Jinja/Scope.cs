namespace Slerp.Engine.Templates.Jinja;

/// <summary>Names visible at one place of a template: the own ones, then those of the place around it.</summary>
/// <remarks>A loop makes one for each iteration, and most hold two or three names: these are searched in an array, many in a dictionary.</remarks>
internal sealed class Scope(Scope? parent)
{
    private const int MaximumSearched = 12;

    private KeyValuePair<string, JinjaValue>[] few = [];
    private int count;
    private Dictionary<string, JinjaValue>? many;

    public JinjaValue? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope.FindOwn(name) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    private Scope? Parent { get; } = parent;

    public void Set(string name, JinjaValue value)
    {
        if (many is not null)
        {
            many[name] = value;
            return;
        }

        for (var index = 0; index < count; index++)
        {
            if (few[index].Key == name)
            {
                few[index] = new(name, value);
                return;
            }
        }

        Add(name, value);
    }

    private void Add(string name, JinjaValue value)
    {
        if (count == MaximumSearched)
        {
            many = new Dictionary<string, JinjaValue>(few, StringComparer.Ordinal) { [name] = value };
            few = [];
            return;
        }

        if (count == few.Length)
        {
            Array.Resize(ref few, count == 0 ? 2 : Math.Min(MaximumSearched, count * 2));
        }

        few[count++] = new(name, value);
    }

    private JinjaValue? FindOwn(string name)
    {
        if (many is not null)
        {
            return many.GetValueOrDefault(name);
        }

        for (var index = 0; index < count; index++)
        {
            if (few[index].Key == name)
            {
                return few[index].Value;
            }
        }

        return null;
    }
}
