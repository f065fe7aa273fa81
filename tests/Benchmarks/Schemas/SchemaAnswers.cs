using System.Text.Json;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Speculation;
using Slerp.Engine;
using Slerp.Engine.Constraints;
using Slerp.Engine.Drafting;
using Slerp.Engine.Tests.Constraints;

namespace Slerp.Benchmarks.Schemas;

/// <summary>Answers to random schemas, with each drafter and without.</summary>
internal static class SchemaAnswers
{
    private const string Vanilla = "vanilla";
    private const int Batch = 8;
    private const int MostTokens = 512;

    // Rows are free, says the curve: what could be guessed is guessed, whatever it costs on this machine.
    private static readonly CostCurve Free = new([1, 64, 128], [1, 1, 1.5]);

    /// <summary>Asks for an answer to each schema and prints a line per drafter.</summary>
    /// <returns>Answers that are not valid, or not vanilla's.</returns>
    public static async Task<int> CompareAsync(BenchSettings settings, int count, CancellationToken cancellationToken)
    {
        var schemas = Draw(count, out var compileMilliseconds);
        await using var engine = await SlerpEngine.LoadAsync(
            settings.EngineOptions with { DraftModelPath = settings.DraftFolder, Costs = Free }, cancellationToken: cancellationToken);
        var vanilla = await AskAllAsync(engine, schemas, Vanilla, cancellationToken);
        var faults = 0;
        foreach (var drafter in EngineCatalog.Drafters.Where(name => SpeculationNeeds.Has(name, settings)))
        {
            var answers = drafter == Vanilla ? vanilla : await AskAllAsync(engine, schemas, drafter, cancellationToken);
            var (valid, same) = (0, 0);
            for (var index = 0; index < schemas.Count; index++)
            {
                var isValid = IsValid(schemas[index], answers[index].Answer);
                var isSame = answers[index].Answer.IsSameAs(vanilla[index].Answer);
                (valid, same) = (valid + (isValid ? 1 : 0), same + (isSame ? 1 : 0));
                if (!isValid || !isSame)
                {
                    faults++;
                    Progress.Say($"  {drafter}, schema {index}, {(isSame ? "not valid" : "not vanilla's")}: {schemas[index].GetRawText()} was answered by '{answers[index].Answer.Text}'");
                }
            }

            Figure.Print(
                "schemas", ("shape", settings.Shape.Name), ("drafter", drafter), ("schemas", schemas.Count), ("valid", valid), ("identical", same),
                ("most_tokens", answers.Max(static answer => answer.Answer.Ids.Length)), ("proposed", answers.Sum(static answer => answer.Drafts.Proposed)),
                ("accepted", answers.Sum(static answer => answer.Drafts.Accepted)), ("compile_p99_ms", compileMilliseconds[compileMilliseconds.Count * 99 / 100]));
        }

        return faults;
    }

    /// <summary>Random schemas that something satisfies: objects of several properties, and whatever else the source makes.</summary>
    private static List<JsonElement> Draw(int count, out List<double> compileMilliseconds)
    {
        var schemas = new List<JsonElement>();
        compileMilliseconds = [];
        for (var seed = 0; schemas.Count < count; seed++)
        {
            var source = new SchemaSource(seed);
            var schema = JsonElement.Parse((seed % 4) switch
            {
                0 => source.Schema(),
                1 => source.RecursiveSchema(),
                _ => $$"""
                    {"type":"object","required":["name","count"],"additionalProperties":false,
                     "properties":{"name":{{source.Schema(1)}},"count":{{source.Schema(1)}},"notes":{"type":"array","maxItems":4,"items":{{source.Schema(1)}} } } }
                    """,
            });
            var start = Environment.CpuUsage.TotalTime;
            try
            {
                JsonSchemaCompiler.Compile(schema, SchemaLimits.Default);
                schemas.Add(schema);
            }
            catch (ConstraintException refusal) when (refusal.Failure is ConstraintFailure.Unsatisfiable)
            {
                // Nothing satisfies it: the next one.
                continue;
            }

            compileMilliseconds.Add((Environment.CpuUsage.TotalTime - start).TotalMilliseconds);
        }

        compileMilliseconds.Sort();
        return schemas;
    }

    private static async Task<List<(IdentityAnswer Answer, DraftStats Drafts)>> AskAllAsync(
        SlerpEngine engine, List<JsonElement> schemas, string drafter, CancellationToken cancellationToken)
    {
        var answers = new List<(IdentityAnswer, DraftStats)>();
        foreach (var batch in schemas.Chunk(Batch))
        {
            var first = answers.Count;
            answers.AddRange(await Task.WhenAll(batch.Select((schema, index) => IdentityAnswer.AskAsync(engine, Request(schema, drafter, first + index), cancellationToken))));
        }

        Progress.Say($"  {drafter}: {answers.Count} answers");
        return answers;
    }

    // Every other answer is sampled.
    private static GenerationRequest Request(JsonElement schema, string drafter, int index) => new()
    {
        Prompt = new Prompt.Conversation(
            [ChatTurn.FromText(ChatTurnRole.User, $"Write JSON that satisfies this schema: {schema.GetRawText()}")], [], new Dictionary<string, JsonElement>()),
        Sampling = index % 2 == 0 ? SamplingMode.Greedy.Instance : new SamplingMode.Stochastic(1, 0, 0.95f, 0, 1000 + index),
        Penalties = Penalties.None,
        MaxOutputTokens = MostTokens,
        StopSequences = [],
        Output = new OutputForm.Json(schema),
        Drafter = drafter,
        Tenant = "",
    };

    private static bool IsValid(JsonElement schema, IdentityAnswer answer)
    {
        try
        {
            return answer.Ids.Length <= MostTokens && SchemaOracle.IsValid(schema, schema, JsonElement.Parse(answer.Text));
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
