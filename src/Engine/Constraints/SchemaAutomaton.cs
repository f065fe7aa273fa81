using Slerp.Engine.Constraints.Frames;
using Slerp.Engine.Constraints.Shapes;

namespace Slerp.Engine.Constraints;

/// <summary>Reads JSON text byte by byte and knows, at every byte, whether it can still become a value of one schema. Immutable, thread-safe.</summary>
/// <remarks>
/// <para>A state is the set of readings of the text so far, each a stack of open constructs; alternatives (anyOf) are separate readings until the
/// text decides between them. Keys may come in any order and never twice; escapes are decoded before names and strings are compared.</para>
/// <para>Every live state can be completed: required keys, counts, lengths, patterns, bounds, steps and the nesting limit are looked ahead exactly.
/// What is not decided is how long the completion is: a number such as 0.000… below a tiny bound may run on, and answers are not bounded in size.</para>
/// </remarks>
internal sealed class SchemaAutomaton
{
    private readonly SchemaLimits _limits;

    public SchemaAutomaton(ValueShape root, SchemaLimits limits)
    {
        _limits = limits;
        Root = root;
        Start = new ConstraintState([Begin(DoneFrame.Instance)]);
    }

    public ConstraintState Start { get; }

    /// <summary>The shape of the whole value.</summary>
    public ValueShape Root { get; }

    /// <summary>The state after one byte, or null where no value continues so.</summary>
    public ConstraintState? Next(ConstraintState state, byte next) => state.Next(next, new FrameSink(_limits.Threads));

    /// <summary>The state after some bytes, or null where no value continues so.</summary>
    public ConstraintState? Next(ConstraintState state, ReadOnlySpan<byte> bytes)
    {
        var scratch = new FrameSink(_limits.Threads);
        ConstraintState? current = state;
        foreach (var b in bytes)
        {
            current = current.Next(b, scratch);
            if (current is null)
            {
                return null;
            }
        }

        return current;
    }

    /// <summary>Whether the text so far is a whole value of the schema.</summary>
    public static bool IsComplete(ConstraintState state) => state.IsComplete;

    /// <summary>Bytes that complete the value, nearly as few as possible.</summary>
    public static byte[] Completion(ConstraintState state) => [.. state.Completion().Select(symbol => (byte)symbol)];

    /// <summary>The frame that expects the value, on top of what follows it.</summary>
    public Frame Begin(Frame parent) => new ValueFrame(Root, 0, 0, _limits.Spelling is JsonSpelling.Every, parent);
}
