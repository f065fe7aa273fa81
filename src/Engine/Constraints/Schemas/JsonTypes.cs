namespace Slerp.Engine.Constraints.Schemas;

/// <summary>The types of JSON values; a schema's integers are numbers that are multiples of one.</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Number = 4,
    String = 8,
    Array = 16,
    Object = 32,
    All = 63,
}
