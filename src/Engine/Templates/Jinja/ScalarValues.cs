using System.Numerics;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>Python's None.</summary>
internal sealed class NoneValue : JinjaValue
{
    public static readonly NoneValue Instance = new();

    private NoneValue()
    {
    }

    public override string TypeName => "NoneType";

    public override bool IsTrue => false;
}

/// <summary>True or False; in arithmetic, 1 or 0.</summary>
internal sealed class BooleanValue : JinjaValue
{
    public static readonly BooleanValue True = new();
    public static readonly BooleanValue False = new();

    private BooleanValue()
    {
    }

    public static BooleanValue Of(bool value) => value ? True : False;

    public override string TypeName => "bool";

    public override bool IsTrue => ReferenceEquals(this, True);
}

/// <summary>An integer of any size the budget allows.</summary>
internal sealed class IntegerValue(BigInteger value) : JinjaValue
{
    public BigInteger Value { get; } = value;

    public override string TypeName => "int";

    public override bool IsTrue => !Value.IsZero;
}

/// <summary>A double.</summary>
internal sealed class FloatValue(double value) : JinjaValue
{
    public double Value { get; } = value;

    public override string TypeName => "float";

    public override bool IsTrue => Value != 0;
}

/// <summary>A name, attribute or item that is not there. Prints nothing, iterates as empty, fails when used as anything else.</summary>
/// <param name="why">The message of the failure, such as "'x' is undefined".</param>
internal sealed class UndefinedValue(string why) : JinjaValue
{
    public string Why { get; } = why;

    public override string TypeName => "Undefined";

    public override bool IsTrue => false;

    public static UndefinedValue Name(string name) => new($"'{name}' is undefined");
}
