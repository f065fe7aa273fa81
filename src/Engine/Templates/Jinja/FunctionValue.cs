namespace Slerp.Engine.Templates.Jinja;

/// <summary>Something a template can call that the interpreter provides: a global function or a method with its owner.</summary>
internal sealed class FunctionValue(string name, Func<Interpreter, Arguments, JinjaValue> invoke) : JinjaValue
{
    public string Name { get; } = name;

    public Func<Interpreter, Arguments, JinjaValue> Invoke { get; } = invoke;

    public override string TypeName => "function";

    public override bool IsTrue => true;
}
