namespace Slerp.Engine.Templates.Jinja;

/// <summary>A macro and the scope it was written in.</summary>
internal sealed class MacroValue(MacroDefinition definition, Scope closure) : JinjaValue
{
    public MacroDefinition Definition { get; } = definition;

    public Scope Closure { get; } = closure;

    public override string TypeName => "Macro";

    public override bool IsTrue => true;
}
