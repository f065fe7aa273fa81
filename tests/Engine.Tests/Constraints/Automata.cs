using System.Text;
using System.Text.Json;
using Slerp.Engine.Constraints;

namespace Slerp.Engine.Tests.Constraints;

/// <summary>Shorthand for compiling and reading in tests.</summary>
internal static class Automata
{
    public static SchemaAutomaton Compile(string schema, SchemaLimits? limits = null, bool forAnswers = false)
    {
        using var document = JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = 10_000 });
        return JsonSchemaCompiler.Compile(document.RootElement, limits ?? SchemaLimits.Default, forAnswers);
    }

    public static ConstraintException Refusal(string schema, SchemaLimits? limits = null) => Assert.Throws<ConstraintException>(() => Compile(schema, limits));

    public static bool Accepts(this SchemaAutomaton automaton, string text) => automaton.Read(text)?.IsComplete == true;

    public static bool IsAlive(this SchemaAutomaton automaton, string text) => automaton.Read(text) is not null;

    public static ConstraintState? Read(this SchemaAutomaton automaton, string text) => automaton.Next(automaton.Start, Encoding.UTF8.GetBytes(text));
}
