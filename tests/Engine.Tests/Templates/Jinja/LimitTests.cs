using System.Diagnostics;
using Slerp.Engine.Templates.Jinja;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Templates.Jinja;

/// <summary>No template exhausts time, memory or stack: it ends in a typed failure.</summary>
public sealed class LimitTests
{
    public static TheoryData<string> Bombs =>
    [
        "{{ 'a' * 1000000000 }}",
        "{{ 'ab' * 1000000000 }}",
        "{{ 'a' * 10 ** 30 }}",
        "{{ [0] * 1000000000 }}",
        "{{ [[]] * 10 ** 40 }}",
        "{{ range(10 ** 9)|list }}",
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{{ 9 ** (9 ** 9) }}",
        "{% set ns = namespace(x=9) %}{% for i in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
        "{% set ns = namespace(x=10 ** 4000) %}{% for i in range(90000) %}{% set y = ns.x // 7 % 3 %}{{ ns.x }}{% endfor %}",
        "{% set ns = namespace(s='a') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s='ab') %}{% for i in range(60) %}{% set ns.s = ns.s.replace('a', 'aa') %}{% endfor %}",
        "{% set ns = namespace(s=['a']) %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s='a') %}{% for i in range(60) %}{% set ns.s = ns.s|tojson %}{% endfor %}",
        "{% set ns = namespace(s=[]) %}{% for i in range(90000) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(s=[], t=[]) %}{% for i in range(90000) %}{% set ns.s = [ns.s] %}{% set ns.t = [ns.t] %}{% endfor %}{{ ns.s == ns.t }}",
        "{% set ns = namespace(s={}) %}{% for i in range(90000) %}{% set ns.s = {'a': ns.s} %}{% endfor %}{{ ns.s|tojson }}",
        "{% set s = 'a' * 2000000 %}{% for i in range(90000) %}{{ ('b' * 1000) in s }}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{% for i in range(90000) %}{% set t = s|upper %}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{% for i in range(90000) %}{% if s == s ~ '' %}{% endif %}{% endfor %}",
        "{% set s = ('a' * 1000 ~ 'b') * 900 %}{{ s.count('a' * 999 ~ 'c') }}{% for i in range(90000) %}{% set t = s.find('a' * 999 ~ 'c') %}{% endfor %}",
        "{% set l = range(100000)|list %}{% for i in range(100000) %}{% set t = l|sort %}{% endfor %}",
        "{% set l = range(100000)|list %}{% for i in range(100000) %}{% set t = l|reverse|list %}{% endfor %}",
        "{% set l = range(100000)|list %}{% for i in range(100000) %}{% set t = 'x' in l %}{% endfor %}",
        "{% set s = '😀' * 500000 %}{% for i in range(90000) %}{% set t = s[400000] %}{% endfor %}",
        "{% set s = ' ' * 1000000 %}{% for i in range(90000) %}{% set t = s.strip() %}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{% for i in range(90000) %}{% set t = s|length %}{% set u = s|wordcount %}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{% for i in range(90000) %}{% set t = s is lower %}{% set u = s.isalpha() %}{% endfor %}",
        "{% set d = 'a,' * 100000 %}{% for i in range(90000) %}{% set t = d.split(',') %}{% endfor %}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ 'a'.center(1000000000) }}{{ 'a'|center(1000000000) }}{{ 'a'|indent(1000000000, true) }}",
        "{{ [1]|tojson(indent=1000000000) }}",
        "{{ [1]|batch(1000000000, 0)|list }}{{ [1]|slice(1000000000)|list }}",
        "{{ namespace(**{'a': 1})|string }}{% for i in range(100000) %}{% for j in range(100000) %}{{ dict(a=i) }}{% endfor %}{% endfor %}",
    ];

    public static TheoryData<string> Recursions =>
    [
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% macro m(x=m()) %}{% endmacro %}{{ m() }}",
        "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        Repeat("(", 20_000) + "1" + Repeat(")", 20_000),
        Repeat("[", 20_000) + Repeat("]", 20_000),
        Repeat("{'a':", 20_000) + "1" + Repeat("}", 20_000),
        Repeat("not ", 20_000) + "1",
        Repeat("-", 20_000) + "1",
        "1" + Repeat(" + 1", 20_000),
        "1" + Repeat(" ** 1", 20_000),
        "'a'" + Repeat("|upper", 20_000),
        "'a'" + Repeat(".upper()", 20_000),
        "a" + Repeat("[0]", 20_000),
        "1" + Repeat(" if 1 else 2", 20_000),
        "1" + Repeat(" and 1", 20_000),
        "1 in" + Repeat(" [1,", 20_000),
        Repeat("a(", 20_000),
        "'a' is eq" + Repeat(" 'a' is eq", 20_000),
    ];

    [Theory]
    [MemberData(nameof(Bombs))]
    public void Bombs_Render_FailsTypedSoonAndSmall(string template)
    {
        var began = Stopwatch.GetTimestamp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ChatTemplateException>(() => JinjaRun.Text(template));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256L << 20);
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TestTimeouts.Short);
    }

    [Theory]
    [MemberData(nameof(Recursions))]
    public void Recursion_OnSmallStack_FailsTypedOrEnds(string template)
    {
        if (!template.Contains("{%", StringComparison.Ordinal))
        {
            template = "{{ " + template + " }}";
        }

        Exception? failure = null;
        var thread = new Thread(
            () => failure = Record.Exception(() => JinjaRun.Text(template)),
            maxStackSize: 256 << 10);
        thread.Start();
        thread.Join();
        Assert.IsType<ChatTemplateException>(failure);
    }

    [Fact]
    public void NestedBlocks_BeyondTheLimit_FailTyped() => Assert.Throws<ChatTemplateException>(
        () => JinjaRun.Text(Repeat("{% if 1 %}", 20_000) + Repeat("{% endif %}", 20_000)));

    [Fact]
    public void Source_TooLong_FailsTyped() => Assert.Contains(
        "characters", Assert.Throws<ChatTemplateException>(() => JinjaRun.Text(new string('a', Parser.MaximumSourceCharacters + 1))).Message, StringComparison.Ordinal);

    [Fact]
    public void Depth_OfOrdinaryTemplates_IsFarBelowTheLimit()
    {
        var nested = Repeat("[", 60) + Repeat("]", 60);
        var template = "{% macro show(v) %}{% for x in v %}{% if true %}({{ show(x) }}){% endif %}{% endfor %}{% endmacro %}{{ show(" + nested + ") }}";
        Assert.Equal(Repeat("(", 59) + Repeat(")", 59), JinjaRun.Text(template));
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
