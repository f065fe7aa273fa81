namespace Slerp.Engine.Constraints;

/// <summary>Bounds on what a schema may cost, and how its values may be spelled. Immutable.</summary>
internal sealed record SchemaLimits
{
    /// <summary>The limits used where the caller gives none.</summary>
    public static SchemaLimits Default { get; } = new();

    /// <summary>Limits for checking texts that others wrote: every spelling, long numbers, long whitespace.</summary>
    public static SchemaLimits Validation { get; } = new() { Spelling = JsonSpelling.Every, NumberLength = 1_024, WhitespaceRun = 1_024 };

    /// <summary>Most digits, before the point and after it, of a bound or step of numbers. A 64-bit float has 309 and, written with an exponent, 342; each symbol of an answer is weighed against all of them.</summary>
    public const int BoundDigits = 400;

    /// <summary>Which spellings of a value are let through.</summary>
    public JsonSpelling Spelling { get; init; } = JsonSpelling.Plain;

    /// <summary>Deepest JSON nesting of the schema document itself.</summary>
    public int SchemaDepth { get; init; } = 128;

    /// <summary>Deepest nesting of objects and arrays in an answer; 64 is what System.Text.Json reads by default.</summary>
    public int ValueDepth { get; init; } = 64;

    /// <summary>Most subschemas reached from the root.</summary>
    public int Subschemas { get; init; } = 20_000;

    /// <summary>Most distinct combinations of subschemas that one value may have to satisfy at once.</summary>
    public int Shapes { get; init; } = 20_000;

    /// <summary>Most alternatives of one value after its anyOf groups are multiplied out.</summary>
    public int Alternatives { get; init; } = 256;

    /// <summary>Most values in one enum.</summary>
    public int EnumValues { get; init; } = 50_000;

    /// <summary>Most states of one pattern's automaton.</summary>
    public int PatternStates { get; init; } = 4_096;

    /// <summary>Most bytes that the smallest valid answer may need.</summary>
    public int SmallestAnswerBytes { get; init; } = 65_536;

    /// <summary>Most readings of one partial answer kept side by side.</summary>
    public int Threads { get; init; } = 256;

    /// <summary>Length from which a number that could end takes no further digit.</summary>
    public int NumberLength { get; init; } = 40;

    /// <summary>Deepest indentation, in characters, after a line break (<see cref="JsonSpelling.Plain"/>), or longest whitespace run.</summary>
    public int WhitespaceRun { get; init; } = 32;

    /// <summary>Elementary steps the compiler may take; about a fifth of a second.</summary>
    public long CompileSteps { get; init; } = 5_000_000;
}
