namespace Slerp.Engine.Templates.Jinja;

/// <summary>What a call passes: values by position and by name, already evaluated.</summary>
internal sealed class Arguments(IReadOnlyList<JinjaValue> positional, IReadOnlyList<KeyValuePair<string, JinjaValue>> named)
{
    public static readonly Arguments None = new([], []);

    public IReadOnlyList<JinjaValue> Positional => positional;

    public IReadOnlyList<KeyValuePair<string, JinjaValue>> Named => named;

    /// <summary>Values in the order of <paramref name="parameters"/>; null where none was passed.</summary>
    public JinjaValue?[] Bind(RenderBudget budget, string callee, params ReadOnlySpan<string> parameters)
    {
        if (positional.Count > parameters.Length)
        {
            throw budget.Fail($"'{callee}' takes at most {parameters.Length} arguments; {positional.Count} were given.");
        }

        var bound = new JinjaValue?[parameters.Length];
        for (var index = 0; index < positional.Count; index++)
        {
            bound[index] = positional[index];
        }

        foreach (var (name, value) in named)
        {
            var index = parameters.IndexOf(name);
            if (index < 0 || bound[index] is not null)
            {
                throw budget.Fail($"'{callee}' was given the argument '{name}' {(index < 0 ? "which it does not take" : "twice")}.");
            }

            bound[index] = value;
        }

        return bound;
    }

    /// <summary>The arguments after the first <paramref name="count"/> positional ones.</summary>
    public Arguments Skip(int count) => new([.. positional.Skip(count)], named);
}
