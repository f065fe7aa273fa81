using System.Text.Json;
using Slerp.Engine;
using Slerp.Tests.Shared;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Templates;

/// <summary>Outside truths: what Jinja2 with Hugging Face's settings makes of published templates.</summary>
public sealed class GoldenRenderingTests(ITestOutputHelper output)
{
    [SharedDataFact]
    public void PublishedTemplates_EveryGoldenRendering_EqualsJinja2()
    {
        var golden = TemplateRun.Read("chat_templates", "jinja2_golden_renderings.json");
        var failures = new List<string>();
        var count = 0;
        foreach (var rendering in golden.GetProperty("renderings").EnumerateArray())
        {
            count++;
            var name = $"{rendering.Text("template")} / {rendering.Text("context")}";
            var template = golden.GetProperty("templates").Text(rendering.Text("template"));
            var context = golden.GetProperty("contexts").GetProperty(rendering.Text("context"));
            Compare(name, template, context, rendering, "output", failures);
        }

        Report("golden renderings", count, failures);
        Assert.Equal(198, count);
    }

    [SharedDataFact]
    public void SyntaxCases_EveryCaseJinja2Renders_EqualsJinja2()
    {
        var failures = new List<string>();
        var count = 0;
        foreach (var item in TemplateRun.Read("chat_templates", "hf_jinja", "syntax_cases.json").EnumerateArray())
        {
            if (item.TryGetProperty("jinja2_output", out _))
            {
                count++;
                Compare(item.Text("name"), item.Text("template"), item.GetProperty("context"), item, "jinja2_output", failures);
            }
        }

        Report("syntax cases", count, failures);
        Assert.Equal(147, count);
    }

    [SharedDataTheory]
    [InlineData("e2e_TEST_CUSTOM_TEMPLATES.json")]
    [InlineData("e2e_TEST_DEFAULT_TEMPLATES.json")]
    public void EndToEndCases_EveryCaseJinja2Renders_EqualsJinja2(string file)
    {
        var failures = new List<string>();
        var count = 0;
        foreach (var item in TemplateRun.Read("chat_templates", "hf_jinja", file).EnumerateObject())
        {
            if (item.Value.TryGetProperty("jinja2_output", out _))
            {
                count++;
                Compare(item.Name, item.Value.Text("chat_template"), item.Value.GetProperty("data"), item.Value, "jinja2_output", failures);
            }
        }

        Report($"end-to-end cases of {file}", count, failures);
    }

    [SharedDataFact]
    public void FormatterCases_EveryTemplate_EqualsJinja2()
    {
        var file = TemplateRun.Read("chat_templates", "llama.cpp", "test-chat-template.cases.json");
        var failures = new List<string>();
        var count = 0;
        foreach (var item in file.GetProperty("cases").EnumerateArray())
        {
            count++;
            var context = JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement>
            {
                ["messages"] = file.GetProperty("messages"),
                ["add_generation_prompt"] = file.GetProperty("add_generation_prompt"),
                ["bos_token"] = Token(item, "bos_token"),
                ["eos_token"] = Token(item, "eos_token"),
            });
            Compare(item.Text("name"), item.Text("template_str"), context, item, "hf_jinja2_output", failures);
        }

        Report("formatter cases", count, failures);
        Assert.Equal(30, count);
    }

    private static JsonElement Token(JsonElement item, string name) =>
        item.TryGetProperty(name, out var token) ? token : JsonSerializer.SerializeToElement("");

    /// <summary>Equal text; where Jinja2 fails, a typed failure.</summary>
    private static void Compare(string name, string template, JsonElement context, JsonElement expectation, string property, List<string> failures)
    {
        var expected = expectation.TryGetProperty(property, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        try
        {
            var actual = TemplateRun.Render(template, context);
            if (actual != expected)
            {
                var at = expected is null ? 0 : actual.AsSpan().CommonPrefixLength(expected);
                failures.Add($"{name}: at {at}, expected '{Excerpt(expected, at)}', found '{Excerpt(actual, at)}'");
            }
        }
        catch (ChatTemplateException failure)
        {
            if (expected is not null)
            {
                failures.Add($"{name}: {failure.Message}");
            }
        }
    }

    private static string Excerpt(string? text, int start) =>
        text is null ? "(a failure)" : text[Math.Max(0, Math.Min(start, text.Length) - 20)..Math.Min(text.Length, start + 40)];

    private void Report(string what, int count, List<string> failures)
    {
        output.WriteLine($"{what}: {count - failures.Count} of {count} equal");
        Assert.True(failures.Count == 0, $"{what}: {count - failures.Count} of {count} equal\n{string.Join('\n', failures)}");
    }
}
