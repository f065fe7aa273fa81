using System.Text;
using Slerp.Engine.Constraints.Frames;

namespace Slerp.Engine.Constraints.Grammars;

/// <summary>A tree of what a text may be: literals, values of a schema, sequences, choices, repetitions, free text. Immutable, thread-safe.</summary>
internal abstract class Grammar
{
    /// <summary>Whether the empty text is one of its texts.</summary>
    public abstract bool IsNullable { get; }

    /// <summary>Exactly these bytes.</summary>
    public static Grammar Literal(ReadOnlySpan<byte> bytes)
    {
        var symbols = new int[bytes.Length];
        for (var index = 0; index < bytes.Length; index++)
        {
            symbols[index] = bytes[index];
        }

        return symbols.Length == 0 ? Sequence() : new LiteralGrammar(symbols);
    }

    /// <summary>Exactly this text, in UTF-8.</summary>
    public static Grammar Literal(string text) => Literal(Encoding.UTF8.GetBytes(text));

    /// <summary>One special token, which has no bytes.</summary>
    public static Grammar Token(int id) => new LiteralGrammar([Frame.FirstSpecial + id]);

    /// <summary>A value of a schema.</summary>
    public static Grammar Schema(SchemaAutomaton automaton) => new SchemaGrammar(automaton);

    /// <summary>One after another.</summary>
    public static Grammar Sequence(params IReadOnlyList<Grammar> items) => new SequenceGrammar(items);

    /// <summary>Any one of them.</summary>
    public static Grammar Choice(params IReadOnlyList<Grammar> items) => new ChoiceGrammar(items);

    /// <summary>At least and at most (null: without bound) so many times, with a separator between them.</summary>
    public static Grammar Repeat(Grammar item, int least, int? most, Grammar? separator = null) => new RepeatGrammar(item, least, most, separator);

    /// <summary>
    /// Any text; where it contains the trigger, what follows the trigger must be <paramref name="then"/>, after which the text goes on as the
    /// surrounding grammar says. Without a trigger the text may end anywhere. Must be the last item of a sequence.
    /// </summary>
    /// <param name="trigger">The trigger's bytes; may be empty where there is a token.</param>
    /// <param name="then">What follows it.</param>
    /// <param name="triggerToken">A special token that triggers, too, wherever it stands.</param>
    /// <param name="thenAfterToken">What follows the token; null for the same.</param>
    /// <param name="onlyAtStart">Whether the bytes trigger only where the text begins with them, white space before them aside.</param>
    public static Grammar FreeTextUntil(
        ReadOnlySpan<byte> trigger, Grammar then, int? triggerToken = null, Grammar? thenAfterToken = null, bool onlyAtStart = false) =>
        new FreeTextGrammar(new TextTrigger(trigger, then, triggerToken, thenAfterToken, onlyAtStart));

    /// <summary>Any text until a trigger; must be the last item of a sequence.</summary>
    /// <param name="trigger">What ends it.</param>
    /// <param name="opening">What it may begin with that ends it, too; null for nothing.</param>
    /// <param name="isRequired">Whether the trigger has to come; else the text may end anywhere.</param>
    public static Grammar FreeText(TextTrigger trigger, TextTrigger? opening = null, bool isRequired = false) => new FreeTextGrammar(trigger, opening, isRequired);

    /// <summary>The start state of a text that is this grammar's and nothing else.</summary>
    public ConstraintState Start(SchemaLimits limits)
    {
        var sink = new FrameSink(limits.Threads);
        Begin(DoneFrame.Instance, sink);
        return new ConstraintState(sink.ToArray());
    }

    /// <summary>Adds the readings that begin here, including those past it where it may be empty.</summary>
    public abstract void Begin(Frame parent, FrameSink into);

    /// <summary>Appends a short text.</summary>
    public abstract void AppendShortest(List<int> symbols);
}
