using System.Text;
using System.Text.Json;
using Slerp.Engine.Constraints;
using Slerp.Tests.Shared;

namespace Slerp.Integration.Tests.Constraints;

/// <summary>Formats as answers keep them, against the part of the JSON-Schema-Test-Suite that presumes they bind: nothing it calls invalid is written, times without an offset aside.</summary>
public sealed class JsonSchemaFormatTests
{
    public static TheoryData<string> Formats => ["date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uri", "uuid"];

    // What the standard allows and no answer is given: what the type of .NET does not read, nor does whoever sees it expect it.
    private static HashSet<string> NeverWritten { get; } = new(StringComparer.Ordinal)
    {
        "1998-12-31T23:59:60Z", "1998-12-31T15:59:60.123-08:00", "1963-06-19t08:30:06.283185z", "1985-04-12T00:59:59.999999999999999Z",
        "P2W", "P999999999999999999999999999999999999999999999999999999999999999999999999999999D",
        "\"joe bloggs\"@example.com", "\"joe..bloggs\"@example.com", "\"joe@bloggs\"@example.com", "joe.bloggs@[127.0.0.1]", "joe.bloggs@[IPv6:::1]",
        "http://-.~_!$&'()*+,;=:%40:80%2f::::::@example.com", "ldap://[2001:db8::7]/c=GB?objectClass?one",
    };

    [SharedDataTheory]
    [MemberData(nameof(Formats))]
    public void Verdicts_AreTheSuites_ButForWhatIsNeverWritten(string format)
    {
        var wrong = new List<string>();
        var path = SharedData.Path("json_schema", "json_schema_test_suite", "tests", "draft2020-12", "optional", "format", format + ".json");
        foreach (var group in JsonElement.Parse(File.ReadAllText(path)).EnumerateArray())
        {
            var automaton = JsonSchemaCompiler.Compile(group.GetProperty("schema"), SchemaLimits.Validation, forAnswers: true);
            foreach (var test in group.GetProperty("tests").EnumerateArray().Where(test => !IsLeftOut(format, test)))
            {
                var data = test.GetProperty("data");
                var verdict = automaton.Next(automaton.Start, Encoding.UTF8.GetBytes(data.GetRawText())) is { IsComplete: true };
                if (verdict != test.GetProperty("valid").GetBoolean())
                {
                    wrong.Add($"{data} gave {verdict}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    private static bool IsLeftOut(string format, JsonElement test)
    {
        var text = test.GetProperty("data").ToString();
        var isValid = test.GetProperty("valid").GetBoolean();
        return (isValid && (NeverWritten.Contains(text) || (format is "hostname" or "uri" && text.Contains("xn--", StringComparison.Ordinal))))
            // A time is written without the offset that RFC 3339 wants.
            || (format is "time" && (isValid || text is "12:00:00" or "12:00:00.52"));
    }
}
