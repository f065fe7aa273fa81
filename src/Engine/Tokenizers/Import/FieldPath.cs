using System.Globalization;

namespace Slerp.Engine.Tokenizers.Import;

/// <summary>Where in a file a value stands, spelled out only when a message needs it.</summary>
internal sealed class FieldPath
{
    private readonly FieldPath? parent;
    private readonly string? name;
    private readonly int index;

    /// <summary>A member of an object.</summary>
    public FieldPath(FieldPath? parent, string name)
    {
        this.parent = parent;
        this.name = name;
    }

    /// <summary>An item of a list.</summary>
    public FieldPath(FieldPath? parent, int index)
    {
        this.parent = parent;
        this.index = index;
    }

    /// <summary>Such as <c>model.merges[3]</c>.</summary>
    public override string ToString() => name is null
        ? string.Create(CultureInfo.InvariantCulture, $"{parent}[{index}]")
        : parent is null ? name : $"{parent}.{Vocabulary.Shorten(name)}";
}
