using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Constraints;

/// <summary>The automaton's verdict against the JSON-Schema-Test-Suite, draft 2020-12.</summary>
[Collection(TimedConstraintTests.Name)]
public sealed class JsonSchemaTestSuiteTests(ITestOutputHelper output)
{
    [SharedDataFact]
    public void EveryAcceptedGroup_GivesTheSuitesVerdict()
    {
        var suite = JsonSchemaSuite.Run(SharedData.Path("json_schema", "json_schema_test_suite", "tests", "draft2020-12"));
        foreach (var remark in suite.Remarks)
        {
            output.WriteLine(remark);
        }

        var times = suite.CompileMilliseconds;
        output.WriteLine(
            $"accepted groups {suite.Accepted} (of which satisfied by nothing {suite.Unsatisfiable}), refused groups {suite.Refused.Values.Sum()}, texts checked {suite.Texts}, wrong {suite.Wrong.Count}");
        output.WriteLine("refused by: " + string.Join(", ", suite.Refused.Select(entry => $"{entry.Key} {entry.Value}")));
        output.WriteLine($"compile, processor ms: p50 {times[times.Count / 2]:F2}, p99 {suite.CompileP99:F2}, max {times[^1]:F2}");
        Assert.Empty(suite.Wrong);
    }
}
