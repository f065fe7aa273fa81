using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Text;
using System.Text.Json;
using System.Xml;
using Slerp.Engine.Constraints;

namespace Slerp.Engine.Tests.Constraints;

/// <summary>What a format lets through, the type of .NET that has it in its schema reads.</summary>
public sealed class SchemaFormatTests
{
    private const int Drawn = 150;

    private static readonly string[] Names = ["date", "date-time", "time", "duration", "uuid", "email", "hostname", "ipv4", "ipv6", "uri"];

    public static TheoryData<string> OfStrings => [.. Names];

    [Theory]
    [InlineData("date", "2024-02-29")]
    [InlineData("date", "2000-02-29")]
    [InlineData("date", "0001-01-01")]
    [InlineData("date-time", "9999-12-31T23:59:59.9999999Z")]
    [InlineData("date-time", "2024-12-31T00:00:00-14:00")]
    [InlineData("time", "23:59:59.5")]
    [InlineData("duration", "P1Y2M3DT4H5M6S")]
    [InlineData("duration", "PT36H")]
    [InlineData("uuid", "2eb8aa08-AA98-11ea-b4aa-73b441d16380")]
    [InlineData("email", "first.last+tag@mail.example.org")]
    [InlineData("hostname", "a--b.example")]
    [InlineData("ipv4", "255.0.10.199")]
    [InlineData("ipv6", "::ffff:192.168.0.1")]
    [InlineData("uri", "https://example.org:8080/a/b%20c?d=e#f")]
    [InlineData("uri", "did:example:123")]
    [InlineData("uri", "s3://bucket/key")]
    [InlineData("uri", "file:///etc/hosts")]
    [InlineData("uri", "mailto:someone@example.org")]
    public void StringOfTheFormat_IsLetThrough(string format, string text) => Assert.True(Of(format).Accepts($"\"{text}\""));

    [Theory]
    [InlineData("date", "2023-02-29")]
    [InlineData("date", "1900-02-29")]
    [InlineData("date", "0000-01-01")]
    [InlineData("date", "2024-04-31")]
    [InlineData("date", "24-01-01")]
    [InlineData("date", "")]
    [InlineData("date-time", "2024-01-01")]
    [InlineData("date-time", "2024-01-01T00:00:00")]
    [InlineData("date-time", "2024-01-01T00:00:60Z")]
    [InlineData("date-time", "2024-01-01T00:00:00+14:01")]
    [InlineData("date-time", "0001-01-01T00:00:00+01:00")]
    [InlineData("date-time", "9999-12-31T23:59:59-01:00")]
    [InlineData("time", "12:00")]
    [InlineData("time", "12:00:00Z")]
    [InlineData("time", "24:00:00")]
    [InlineData("duration", "P")]
    [InlineData("duration", "PT")]
    [InlineData("duration", "P1WT1H")]
    [InlineData("uuid", "2eb8aa08aa9811eab4aa73b441d16380")]
    [InlineData("email", "a@")]
    [InlineData("email", "a..b@c")]
    [InlineData("email", "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg@example.org")]
    [InlineData("hostname", "-a")]
    [InlineData("hostname", "1.2.3.4")]
    [InlineData("hostname", "xn--X")]
    [InlineData("ipv4", "256.1.1.1")]
    [InlineData("ipv4", "01.1.1.1")]
    [InlineData("ipv6", "1::2::3")]
    [InlineData("uri", "example.org")]
    [InlineData("uri", "http://")]
    [InlineData("uri", "http://a b")]
    [InlineData("uri", "http://a:65536")]
    [InlineData("uri", "file://server:80/share")]
    [InlineData("uri", "file:///c:x")]
    [InlineData("uri", "mailto:a@")]
    public void AnyOtherString_IsNot(string format, string text) => Assert.False(Of(format).Accepts($"\"{text}\""));

    [Theory]
    [MemberData(nameof(OfStrings))]
    public void WhateverIsLetThrough_DotNetReads(string format)
    {
        var automaton = Of(format);
        var random = new Random(7);
        for (var drawn = 0; drawn < Drawn; drawn++)
        {
            var json = Draw(automaton, random);
            Assert.True(IsRead(format, json), $"{format}: {json}");
        }
    }

    [Theory]
    [InlineData("int8", sbyte.MinValue, sbyte.MaxValue)]
    [InlineData("uint8", byte.MinValue, byte.MaxValue)]
    [InlineData("int16", short.MinValue, short.MaxValue)]
    [InlineData("uint16", ushort.MinValue, ushort.MaxValue)]
    [InlineData("int32", int.MinValue, int.MaxValue)]
    [InlineData("uint32", uint.MinValue, uint.MaxValue)]
    [InlineData("int64", long.MinValue, long.MaxValue)]
    [InlineData("uint64", ulong.MinValue, ulong.MaxValue)]
    public void WholeNumber_StaysWithinItsType(string format, decimal low, decimal high)
    {
        var automaton = Automata.Compile($$"""{"type":"integer","format":"{{format}}"}""", forAnswers: true);
        foreach (var inside in new[] { low, high, 1 })
        {
            Assert.True(automaton.Accepts(inside.ToString(CultureInfo.InvariantCulture)));
        }

        foreach (var outside in new[] { low - 1, high + 1 })
        {
            Assert.False(automaton.Accepts(outside.ToString(CultureInfo.InvariantCulture)));
        }
    }

    [Theory]
    [InlineData("uint8", "-0")]
    [InlineData("int32", "1.5")]
    [InlineData("int32", "-0.0")]
    public void NumberThatItsTypeDoesNotRead_IsNotWritten(string format, string text) =>
        Assert.False(Automata.Compile($$"""{"type":"number","format":"{{format}}"}""", forAnswers: true).IsAlive(text));

    [Theory]
    [InlineData("""{"type":["string","null"],"format":"date"}""", "null")]
    [InlineData("""{"format":"date"}""", "5")]
    [InlineData("""{"type":"string","format":"color"}""", "\"red\"")]
    [InlineData("""{"type":"number","format":"double"}""", "1.5")]
    [InlineData("""{"format":5}""", "\"a\"")]
    [InlineData("""{"type":"string","format":"uri","pattern":"^https:","maxLength":20}""", "\"https://example.org\"")]
    [InlineData("""{"type":["integer","string"],"pattern":"^-?(?:0|[1-9]\\d*)$","format":"int32"}""", "\"12\"")]
    public void Format_BindsWhatItIsAbout_AndGoesWithEverythingElse(string schema, string value) =>
        Assert.True(Automata.Compile(schema, forAnswers: true).Accepts(value));

    [Theory]
    [InlineData("""{"enum":["today"],"format":"date"}""")]
    [InlineData("""{"format":"date","const":"today"}""")]
    [InlineData("""{"allOf":[{"type":"string","format":"date"},{"enum":["today"]}]}""")]
    [InlineData("""{"$ref":"#/$defs/e","format":"date","$defs":{"e":{"enum":["today"]}}}""")]
    [InlineData("""{"type":"string","format":"date","oneOf":[{"const":"today"},{"const":"tomorrow"}]}""")]
    [InlineData("""{"type":"string","format":"date","maxLength":5}""")]
    [InlineData("""{"type":"string","format":"uuid","pattern":"^today$"}""")]
    [InlineData("""{"allOf":[{"type":"string","format":"date"},{"format":"time"}]}""")]
    public void FormatThatLeavesNothing_Annotates(string schema) => Assert.True(Automata.Compile(schema, forAnswers: true).Accepts("\"today\""));

    [Theory]
    [InlineData("""{"enum":[300],"format":"uint8"}""")]
    [InlineData("""{"type":"integer","minimum":300,"format":"uint8"}""")]
    public void FormatThatLeavesNoNumber_Annotates(string schema) => Assert.True(Automata.Compile(schema, forAnswers: true).Accepts("300"));

    /// <summary>What others write beside formats, lengths of both kinds and patterns of counts, costs no schema its acceptance.</summary>
    [Theory]
    [InlineData("""{"type":"string","format":"uri","minLength":1,"maxLength":2083}""", true)]
    [InlineData("""{"anyOf":[{"type":"string","format":"uri","minLength":1,"maxLength":2083},{"type":"null"}]}""", true)]
    [InlineData("""{"type":"string","format":"email","minLength":5,"maxLength":255}""", true)]
    [InlineData("""{"type":"string","format":"uri","pattern":"^.{1,2000}$"}""", false)]
    [InlineData("""{"type":"string","format":"ipv6","minLength":2,"maxLength":45}""", true)]
    public void FormatBesideBounds_IsKeptWhereItCostsLittle(string schema, bool binds)
    {
        var automaton = Automata.Compile(schema, forAnswers: true);
        Assert.Equal(!binds, automaton.Accepts("\"none of all these\""));
    }

    [Fact]
    public void FormatsOfManyAlternatives_CostNoSchemaItsAcceptance()
    {
        var all = string.Join(',', Names.Select(static name => $$"""{"format":"{{name}}"}"""));
        Assert.True(Automata.Compile($$"""{"allOf":[{"anyOf":[{{all}}]},{"anyOf":[{{all}}]},{"anyOf":[{{all}}]}]}""", forAnswers: true).Accepts("5"));
    }

    [Fact]
    public void ManyValuesOfAFormat_CostLittleMoreThanOne()
    {
        var properties = string.Join(',', Enumerable.Range(0, 300).Select(static index => $$"""  "p{{index}}":{"type":"string","format":"uri","description":"{{index}}"}"""));
        Assert.True(Automata.Compile($$"""{"properties":{ {{properties}} } }""", forAnswers: true).Accepts("""{"p7":"https://example.org"}"""));
    }

    [Fact]
    public void BySpecification_AFormatOnlyAnnotates() => Assert.True(Automata.Compile("""{"type":"string","format":"date"}""").Accepts("\"today\""));

    private static SchemaAutomaton Of(string format) => Automata.Compile($$"""{"type":"string","format":"{{format}}"}""", forAnswers: true);

    // Any symbol that may follow, each as likely, until the string is closed; after some, whatever closes it soonest.
    private static string Draw(SchemaAutomaton automaton, Random random)
    {
        const int most = 60;
        var text = new StringBuilder("\"");
        var state = automaton.Next(automaton.Start, "\""u8)!;
        while (!state.IsComplete && text.Length < most)
        {
            var next = Enumerable.Range(' ', '~' - ' ' + 1).Where(symbol => symbol != '\\')
                .Select(symbol => (Symbol: symbol, State: automaton.Next(state, [(byte)symbol]))).Where(static pair => pair.State is not null).ToList();
            var (symbol, chosen) = next[random.Next(next.Count)];
            text.Append((char)symbol);
            state = chosen!;
        }

        return state.IsComplete ? text.ToString() : text + Encoding.UTF8.GetString(SchemaAutomaton.Completion(state));
    }

    private static bool IsRead(string format, string json)
    {
        var text = JsonSerializer.Deserialize<string>(json)!;
        switch (format)
        {
            case "date":
                return JsonSerializer.Deserialize<DateOnly>(json) != default || text == "0001-01-01";
            case "date-time":
                return JsonSerializer.Deserialize<DateTimeOffset>(json) != default && JsonSerializer.Deserialize<DateTime>(json) != default;
            case "time":
                return JsonSerializer.Deserialize<TimeOnly>(json).ToTimeSpan() >= TimeSpan.Zero;
            case "duration":
                return XmlConvert.ToTimeSpan(text) >= TimeSpan.Zero;
            case "uuid":
                return JsonSerializer.Deserialize<Guid>(json).ToString().Equals(text, StringComparison.OrdinalIgnoreCase);
            case "email":
                return MailAddress.TryCreate(text, out var address) && address.Address == text;
            case "hostname":
                return Uri.CheckHostName(text) is not UriHostNameType.Unknown;
            case "ipv4" or "ipv6":
                return IPAddress.TryParse(text, out var parsed) && parsed.ToString().Contains(':') == (format == "ipv6");
            default:
                return JsonSerializer.Deserialize<Uri>(json)!.IsAbsoluteUri;
        }
    }
}
