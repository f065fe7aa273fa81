namespace Slerp.Engine.Tests.Templates.Jinja;

/// <summary>The language, construct by construct. Expected texts are what Jinja2 gives under Hugging Face's settings.</summary>
public sealed class InterpreterTests
{
    [Theory]
    [InlineData("{{ 1 + 2 * 3 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 1 / 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }}", "7 3 -4 2 0.5 1024 0.5")]
    [InlineData("{{ 'a' ~ 1 ~ none ~ true ~ 1.0 }}", "a1NoneTrue1.0")]
    [InlineData("{{ 1 < 2 < 3 }} {{ 1 == 1.0 }} {{ [1] == (1,) }} {{ 'b' > 'a' }}", "True True False True")]
    [InlineData("{{ 'x' if false }}|{{ 'x' if false else 'y' }}|{{ none or 'z' }}|{{ 0 and 1 }}", "|y|z|0")]
    [InlineData("{{ [1, 'a', none, {'k': (1,)}] }}", "[1, 'a', None, {'k': (1,)}]")]
    [InlineData("{{ \"it's\" }} {{ [\"it's\"] }} {{ ['a\\n\"'] }}", "it's [\"it's\"] ['a\\n\"']")]
    [InlineData("{{ 1e16 }} {{ 1e15 }} {{ 1e-5 }} {{ 0.1 + 0.2 }} {{ 100.0 }}", "1e+16 1000000000000000.0 1e-05 0.30000000000000004 100.0")]
    [InlineData("{{ 123456789012345678901234567890 + 1 }}", "123456789012345678901234567891")]
    [InlineData("{{ 'abc'[1] }}{{ 'abc'[-1] }}{{ 'abc'[::-1] }}{{ [1, 2, 3][1:] }}{{ 'abc'[9:] }}", "bccba[2, 3]")]
    [InlineData("{{ '😀b'|length }}{{ '😀b'[0] }}{{ '😀b'[1:] }}", "2😀b")]
    public void Expressions_Evaluate_AsPythonDoes(string template, string expected) => Assert.Equal(expected, JinjaRun.Text(template));

    [Theory]
    [InlineData("{{ ' a b '.strip() }}|{{ 'a,b'.split(',') }}|{{ 'a  b'.split() }}|{{ 'aXbX'.rsplit('X', 1) }}", "a b|['a', 'b']|['a', 'b']|['aXb', '']")]
    [InlineData("{{ 'they\\'re here'|title }}|{{ 'hELLO'|capitalize }}|{{ 'straße'|upper }}", "They're Here|Hello|STRASSE")]
    [InlineData("{{ 'a\nb\n\nc'|indent(2) }}", "a\n  b\n\n  c")]
    [InlineData("{{ {'b': 1, 'a': [true, none, 1.5, 'é\"']}|tojson }}", "{\"b\": 1, \"a\": [true, null, 1.5, \"é\\\"\"]}")]
    [InlineData("{{ {'a': [1, {}], 'b': []}|tojson(indent=2) }}", "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}")]
    [InlineData("{{ [3, 1, 2]|sort|join('-') }} {{ ['b', 'A']|sort }} {{ [1, 1, 2]|unique|list }}", "1-2-3 ['A', 'b'] [1, 2]")]
    [InlineData("{{ [{'a': 1}, {'a': 2}]|map(attribute='a')|list }} {{ [1, 2, 3]|select('odd')|list }}", "[1, 2] [1, 3]")]
    [InlineData("{{ 2.5|round }} {{ 2.675|round(2) }} {{ 42|round }} {{ '12.7'|int }} {{ 'x'|int(5) }}", "2.0 2.67 42 12 5")]
    [InlineData("{{ missing|default('d') }} {{ ''|default('d', true) }} {{ missing|length }}", "d d 0")]
    [InlineData("{{ '%s-%03d' % ('a', 7) }} {{ '{} {x}'.format(1, x='b') }}", "a-007 1 b")]
    [InlineData("{{ '<i>'|e }} {{ ('<b>'|safe) + '<' }}", "&lt;i&gt; <b>&lt;")]
    [InlineData("{{ strftime_now('%d %b %Y %-d/%-m %H:%M') }}", "07 Mar 2026 7/3 08:09")]
    public void FiltersAndMethods_Evaluate_AsJinja2Does(string template, string expected) => Assert.Equal(expected, JinjaRun.Text(template));

    [Theory]
    [InlineData("{% for x in [1, 2] %}{{ loop.index }}{{ loop.last }}{{ loop.nextitem }},{% else %}none{% endfor %}", "1False2,2True,")]
    [InlineData("{% for x in [] %}x{% else %}none{% endfor %}", "none")]
    [InlineData("{% for k, v in {'a': 1}.items() %}{{ k }}={{ v }}{% endfor %}", "a=1")]
    [InlineData("{% for x in range(9) if x is even %}{% if x == 6 %}{% break %}{% endif %}{{ x }}{% endfor %}", "024")]
    [InlineData("{% set ns = namespace(f=false) %}{% for x in [1, 2, 3] if not ns.f %}{{ x }}{% set ns.f = true %}{% endfor %}", "1")]
    [InlineData("{% for x in [1, [2, [3]]] recursive %}{{ x if x is number else loop(x) }}{% endfor %}", "123")]
    [InlineData("{% set x = 1 %}{% for i in range(2) %}{% set x = 5 %}{% endfor %}{{ x }}", "1")]
    [InlineData("{% set ns = namespace(x=1) %}{% for i in range(2) %}{% set ns.x = ns.x + 1 %}{% endfor %}{{ ns.x }}", "3")]
    [InlineData("{% macro m(a, b=2) %}{{ a }}{{ b }}{{ caller() if caller }}{% endmacro %}{{ m(1) }}{% call m(3, b=4) %}c{% endcall %}", "1234c")]
    [InlineData("{% set x %}a{{ 1 }}{% endset %}{{ x|upper }}{% filter upper %}b{% endfilter %}", "A1B")]
    [InlineData("{% generation %}g{% endgeneration %}{% raw %}{{ x }}{% endraw %}{# note #}", "g{{ x }}")]
    public void Statements_Run_AsJinja2Does(string template, string expected) => Assert.Equal(expected, JinjaRun.Text(template));

    [Theory]
    [InlineData("a\n  {% if 1 %}\n  b\n  {% endif %}\n  c\n", "a\n  b\n  c")]
    [InlineData("a  {%- if 1 -%}  b  {%- endif %}\n", "ab")]
    [InlineData("a\n  {%+ if 1 +%}\nb{% endif %}", "a\n  \nb")]
    [InlineData("{{ 1 }}\n{{ 2 }}\n\n", "1\n2\n")]
    [InlineData("a\r\nb", "a\nb")]
    public void WhiteSpace_AroundTags_IsTrimmedAsHuggingFaceSets(string template, string expected) => Assert.Equal(expected, JinjaRun.Text(template));

    [Theory]
    [InlineData("{{ x.y }}", "'x' is undefined")]
    [InlineData("{{ 'a' + 1 }}", "unsupported operands for '+': str and int")]
    [InlineData("{{ 1|nosuch }}", "no filter named 'nosuch'")]
    [InlineData("{{ 1 is nosuch }}", "no test named 'nosuch'")]
    [InlineData("{{ [].append(1) }}", "would change a list")]
    [InlineData("{{ missing|tojson }}", "Object of type Undefined is not JSON serializable")]
    [InlineData("{{ raise_exception('no ' ~ 'thanks') }}", "refuses this conversation: no thanks")]
    [InlineData("\n\n{% include 'x' %}", "line 3: 'include' is not supported")]
    [InlineData("{% nosuch %}", "unknown tag 'nosuch'")]
    [InlineData("{% if 1 %}", "has no 'endif'")]
    [InlineData("{{ 'a }}", "has no closing '")]
    [InlineData("{{ (1] }}", "']' closes nothing")]
    [InlineData("{# a", "has no '#}'")]
    public void Failures_Name_WhatWentWrong(string template, string expected) =>
        Assert.Contains(expected, Assert.Throws<ChatTemplateException>(() => JinjaRun.Text(template)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{{ ''.__class__ }}")]
    [InlineData("{{ {}.__class__ }}")]
    [InlineData("{{ [].GetType }}")]
    [InlineData("{{ x.Length }}{{ x.Text }}{{ x['Text'] }}")]
    [InlineData("{{ range.__globals__ }}{{ x|attr('__class__') }}")]
    public void HostObjects_AreNot_Reachable(string template) => Assert.Equal("", JinjaRun.Text(template, ("x", JinjaRun.Content("text"))));
}
