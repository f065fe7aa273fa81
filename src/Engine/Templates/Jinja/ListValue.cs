namespace Slerp.Engine.Templates.Jinja;

/// <summary>A list or tuple; immutable, as the sandbox that chat templates are written for makes it.</summary>
internal sealed class ListValue(IReadOnlyList<JinjaValue> items, bool isTuple = false) : JinjaValue
{
    public IReadOnlyList<JinjaValue> Items { get; } = items;

    public bool IsTuple { get; } = isTuple;

    public override string TypeName => IsTuple ? "tuple" : "list";

    public override bool IsTrue => Items.Count > 0;

    public static ListValue Tuple(params IReadOnlyList<JinjaValue> items) => new(items, isTuple: true);
}
