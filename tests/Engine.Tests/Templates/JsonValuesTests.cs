using System.Text.Json;
using Slerp.Engine.Templates;
using Slerp.Engine.Templates.Jinja;
using Slerp.Engine.Tests.Templates.Jinja;

namespace Slerp.Engine.Tests.Templates;

public sealed class JsonValuesTests
{
    [Theory]
    [InlineData("""{"b": [1, 2.0, 1e5, -0, true, null, "é"], "a": {}}""", """{"b": [1, 2.0, 100000.0, 0, true, null, "é"], "a": {}}""")]
    [InlineData("""{"a": 1, "a": 2}""", """{"a": 2}""")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("1e400", "Infinity")]
    public void Convert_ThenToJson_IsWhatPythonWrites(string json, string expected)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Equal(expected, JinjaRun.Text("{{ x|tojson }}", ("x", JsonValues.Convert(document.RootElement, part: 0))));
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\ud800\": 1}")]
    public void Convert_HalfASurrogatePair_FailsTyped(string json) => AssertFails(json, new JsonDocumentOptions());

    [Fact]
    public void Convert_TooDeepOrTooLong_FailsTyped()
    {
        AssertFails(new string('[', 500) + new string(']', 500), new JsonDocumentOptions { MaxDepth = 1000 });
        AssertFails(new string('9', PythonNumber.MaximumDigits + 1), new JsonDocumentOptions());
    }

    private static void AssertFails(string json, JsonDocumentOptions options)
    {
        using var document = JsonDocument.Parse(json, options);
        Assert.Throws<ChatTemplateException>(() => JsonValues.Convert(document.RootElement, part: 0));
    }
}
