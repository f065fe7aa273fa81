namespace Slerp.Engine.Templates.Jinja;

/// <summary>Names visible at one place of a template: the own ones, then those of the place around it.</summary>
internal sealed class Scope(Scope? parent)
{
    private Dictionary<string, JinjaValue>? names;

    public JinjaValue? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope.names is not null && scope.names.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return null;
    }

    private Scope? Parent { get; } = parent;

    public void Set(string name, JinjaValue value) => (names ??= new(StringComparer.Ordinal))[name] = value;
}
