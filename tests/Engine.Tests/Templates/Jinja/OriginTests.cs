using Slerp.Engine.Templates.Jinja;

namespace Slerp.Engine.Tests.Templates.Jinja;

/// <summary>Strings remember which characters are content, through everything a template can do to them.</summary>
public sealed class OriginTests
{
    [Theory]
    [InlineData("<{{ x }}>", "<«ab,c d»>")]
    [InlineData("{{ '<' + x + '>' }}", "<«ab,c d»>")]
    [InlineData("{{ '<' ~ x ~ 1 }}", "<«ab,c d»1")]
    [InlineData("{{ ('<' + x)[0:3] }}", "<«ab»")]
    [InlineData("{{ ('<' + x)[::-1] }}", "«d c,ba»<")]
    [InlineData("{{ ('<' + x)[0] }}{{ ('<' + x)[1] }}", "<«a»")]
    [InlineData("{{ x.split(',')|join('|') }}", "«ab»|«c d»")]
    [InlineData("{{ x.split() }}", "['«ab,c»', '«d»']")]
    [InlineData("{{ (' ' + x + ' ')|trim }}", "«ab,c d»")]
    [InlineData("{{ x.replace(',', '/') }}", "«ab»/«c d»")]
    [InlineData("{{ 'k=v'.replace('v', x) }}", "k=«ab,c d»")]
    [InlineData("{{ x|upper }}{{ x|title }}{{ x|capitalize }}", "«AB,C DAb,c DAb,c d»")]
    [InlineData("{{ x|list|join('-') }}", "«a»-«b»-«,»-«c»-« »-«d»")]
    [InlineData("{% for c in x %}{{ c }}{% endfor %}", "«ab,c d»")]
    [InlineData("{{ x|tojson }}", "\"«ab,c d»\"")]
    [InlineData("{{ {x: [x, 1]}|tojson }}", "{\"«ab,c d»\": [\"«ab,c d»\", 1]}")]
    [InlineData("{{ {x: x} }}", "{'«ab,c d»': '«ab,c d»'}")]
    [InlineData("{{ '%s!' % x }}{{ '{}!'.format(x) }}{{ '%s!'|format(x) }}", "«ab,c d»!«ab,c d»!«ab,c d»!")]
    [InlineData("{% set y %}<{{ x }}{% endset %}{{ y|indent(2, true) }}", "  <«ab,c d»")]
    [InlineData("{% macro m(v) %}[{{ v }}]{% endmacro %}{{ m(x) }}", "[«ab,c d»]")]
    [InlineData("{% filter upper %}a{{ x }}{% endfilter %}", "A«AB,C D»")]
    [InlineData("{{ x|replace('a', '<')|e }}", "&lt;«b,c d»")]
    [InlineData("{{ x|center(9) }}|{{ x|truncate(5, true, '…', 0) }}", "  «ab,c d» |«ab,c»…")]
    [InlineData("{{ [x, 'b']|sort|join }}{{ [x]|map('upper')|first }}", "«ab,c d»b«AB,C D»")]
    [InlineData("{{ x.partition(',')|join('|') }}", "«ab»|«,»|«c d»")]
    [InlineData("{{ (x|safe) + '<' }}", "«ab,c d»&lt;")]
    [InlineData("{{ 'lit' if x == 'ab,c d' else x }}", "lit")]
    public void Content_ThroughOperations_StaysContent(string template, string expected) =>
        Assert.Equal(expected, JinjaRun.Marked(JinjaRun.Render(template, ("x", JinjaRun.Content("ab,c d")))));

    [Fact]
    public void Escapes_OfContent_AreContent() =>
        Assert.Equal("\"«a\\\"\\n\\\\»\" ['«a\"\\n\\\\»']", JinjaRun.Marked(JinjaRun.Render("{{ x|tojson }} {{ [x] }}", ("x", JinjaRun.Content("a\"\n\\")))));

    [Fact]
    public void Slice_OverSeveralOrigins_KeepsEach()
    {
        var text = new TextValue("aabbcc", [new OriginRun(2, 0), new OriginRun(4, TextValue.Trusted), new OriginRun(6, 1)]);
        var parts = new List<(int, int, int)>();
        text.Slice(1, 4).VisitRuns(0, 4, (start, length, part) => parts.Add((start, length, part)));
        Assert.Equal([(0, 1, 0), (1, 2, TextValue.Trusted), (3, 1, 1)], parts);
        Assert.Equal(0, text.PartAt(1));
        Assert.Equal(1, text.PartAt(5));
    }
}
