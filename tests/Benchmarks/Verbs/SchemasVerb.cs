using System.CommandLine;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Schemas;
using Slerp.Benchmarks.Shapes;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Benchmarks.Verbs;

/// <summary>Structured output: answers to random schemas with every drafter, what masks cost, and the public test suite's verdicts.</summary>
internal sealed class SchemasVerb() : Verb("schemas", "Random schemas answered with every drafter, the cost of masks, the JSON-Schema-Test-Suite.")
{
    private readonly Option<int> _schemas = new Option<int>("--schemas") { DefaultValueFactory = _ => 100, Description = "Random schemas." }.AtLeast(1);
    private readonly Option<string> _step = new("--step") { DefaultValueFactory = _ => "135M", Description = "The shape whose decode step masks are compared with, or embedded." };

    /// <inheritdoc />
    protected override IEnumerable<Option> Options
    {
        get
        {
            _step.AcceptOnlyFromAmong([.. CheckpointShape.Known.Select(static shape => shape.Name), "embedded"]);
            return [_schemas, _step];
        }
    }

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var faults = await SchemaAnswers.CompareAsync(settings, parsed.GetValue(_schemas), cancellationToken);
        if (SharedData.Root is not null)
        {
            faults += PrintSuite();
        }

        await MaskCost.PrintAsync(Step(settings, parsed.GetValue(_step)!), cancellationToken);
        if (faults > 0)
        {
            throw new InvalidOperationException($"{faults} answers or verdicts are wrong.");
        }
    }

    private static int PrintSuite()
    {
        var suite = JsonSchemaSuite.Run(SharedData.Path("json_schema", "json_schema_test_suite", "tests", "draft2020-12"));
        foreach (var wrong in suite.Wrong)
        {
            Progress.Say("  " + wrong);
        }

        Figure.Print(
            "schema-suite", ("accepted", suite.Accepted), ("unsatisfiable", suite.Unsatisfiable), ("refused", suite.Refused.Values.Sum()), ("texts", suite.Texts),
            ("wrong", suite.Wrong.Count), ("compile_p99_ms", suite.CompileP99), ("refused_by", string.Join(", ", suite.Refused.Select(static entry => $"{entry.Key} {entry.Value}"))));
        return suite.Wrong.Count;
    }

    private static BenchSettings Step(BenchSettings settings, string name) =>
        CheckpointShape.Known.FirstOrDefault(shape => shape.Name == name) is { } shape
            ? settings with { Shape = shape, Folder = new CheckpointStore(settings.Work).Random(shape) }
            : settings with { Shape = CheckpointShape.Read(CheckpointStore.EmbeddedFolder, name), Folder = CheckpointStore.EmbeddedFolder };
}
