using FsCheck;
using FsCheck.Fluent;
using Slerp.Engine.Templates;
using Slerp.Engine.Templates.Jinja;
using Slerp.Engine.Tests.Templates.Jinja;

namespace Slerp.Engine.Tests.Templates;

/// <summary>Laws of origins, over any content.</summary>
public sealed class OriginProperties
{
    /// <summary>Each takes a content string x apart and puts it together again, in one way a template might.</summary>
    private static readonly string[] Expressions =
    [
        "x", "'<' ~ x ~ '>'", "x + x", "x[1:]", "x[::-1]", "x[-2:] + x[:2]", "x|upper", "x|lower", "x|title", "x|capitalize", "x|trim", "x.strip('ab')",
        "x.split()|join('|')", "x.split('a')|join('-')", "x.replace('a', '<a>')", "x|replace('', '.')", "x|list|join", "x|tojson", "[x, {x: x}]|tojson(indent=1)",
        "[x]", "{x: [x]}", "x|indent(3, true, true)", "x|e", "x|string|safe", "'%s|%5s' % (x, x)", "'{}{a}'.format(x, a=x)", "x.partition('b')|join('/')",
        "x|center(40)", "x|truncate(4, true)", "x.zfill(9)", "x.splitlines()|join(' ')", "x|reverse", "[x, 'm']|sort|join", "x.swapcase()", "(x ~ x)|wordcount",
        "x|urlencode", "[x]|map('trim')|join", "x.rsplit('b', 1)|last", "x|first ~ x|last", "x.title() ~ x.upper()",
    ];

    [Fact]
    public void MarkingContent_NeverChangesTheText() => Prop.ForAll<NonNull<string>>(content =>
    {
        foreach (var expression in Expressions)
        {
            var marked = JinjaRun.Render("{{ " + expression + " }}", ("x", JinjaRun.Content(content.Get)));
            var plain = JinjaRun.Render("{{ " + expression + " }}", ("x", new TextValue(content.Get)));
            Assert.Equal(plain.Text, marked.Text);
            Assert.True(plain.UniformPart is TextValue.Trusted);
        }
    }).Holds();

    /// <summary>Content made of letters no template and no escape writes: each one found in the output must be marked.</summary>
    [Fact]
    public void ContentLetters_AreAlwaysMarked() => Prop.ForAll<NonNull<string>>(content =>
    {
        var letters = string.Concat(content.Get.Select(character => character is 'a' or 'b' or ' ' or '\n' ? character : (char)('\u4E00' + (character % 999))));
        foreach (var expression in Expressions)
        {
            var text = JinjaRun.Render("{{ " + expression + " }}", ("x", JinjaRun.Content(letters)));
            for (var index = 0; index < text.Length; index++)
            {
                Assert.True(text.Text[index] < '\u4E00' || text.PartAt(index) == JinjaRun.Part, $"{expression} lost the origin of {text.Text[index]}");
            }
        }
    }).Holds();

    [Fact]
    public void Spans_OfPlainTemplate_AreExactlyTheContent() => Prop.ForAll<NonNull<string>[]>(contents =>
    {
        var template = ChatTemplate.Parse(OwnTemplates.Blocks);
        var roles = Enum.GetValues<ChatTurnRole>();
        var turns = contents.Select((content, index) => ChatTurn.FromText(roles[index % roles.Length], content.Get)).ToList();
        var prompt = template.Render(new() { Turns = turns });

        var covered = prompt.Spans.Select(span => (prompt.Parts[span.Part].Turn, prompt.Text.Substring(span.Start, span.Length)));
        Assert.Equal(turns.Select((turn, index) => (index, turn.Parts[0].Text)).Where(turn => turn.Item2.Length > 0), covered);

        var blank = template.Render(new() { Turns = [.. turns.Select(turn => ChatTurn.FromText(turn.Role, ""))] });
        Assert.Equal(blank.Text, Uncovered(prompt));
    }).Holds();

    private static string Uncovered(RenderedPrompt prompt)
    {
        var text = prompt.Text;
        foreach (var span in prompt.Spans.Reverse())
        {
            text = text.Remove(span.Start, span.Length);
        }

        return text;
    }
}
