namespace Slerp.Engine.Templates.Jinja;

/// <summary>A value a template can hold. The cases are the classes of this folder named …Value; no host object is ever one.</summary>
internal abstract class JinjaValue
{
    private protected JinjaValue()
    {
    }

    /// <summary>The type's name in messages, as Python calls it.</summary>
    public abstract string TypeName { get; }

    /// <summary>Python's truth value.</summary>
    public abstract bool IsTrue { get; }
}
