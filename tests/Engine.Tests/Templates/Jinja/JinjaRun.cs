using Slerp.Engine.Templates.Jinja;

namespace Slerp.Engine.Tests.Templates.Jinja;

/// <summary>Renders small templates in tests, at a fixed instant.</summary>
internal static class JinjaRun
{
    /// <summary>The part that <see cref="Content"/> is marked with.</summary>
    public const int Part = 7;

    public static RenderLimits Limits { get; } = RenderLimits.For(0);

    public static string Text(string template, params (string Name, JinjaValue Value)[] variables) => Render(template, variables).Text;

    public static TextValue Render(string template, params (string Name, JinjaValue Value)[] variables)
    {
        var values = new DictValue();
        foreach (var (name, value) in variables)
        {
            values.Set(name, value);
        }

        return new Interpreter(Limits, new FixedTime()).Render(Parser.Parse(template), values);
    }

    public static TextValue Content(string text) => new(text, Part);

    /// <summary>The text with each content run in guillemets.</summary>
    public static string Marked(TextValue text)
    {
        var marked = new System.Text.StringBuilder();
        text.VisitRuns(0, text.Length, (start, length, part) =>
            marked.Append(part == TextValue.Trusted ? text.Text.Substring(start, length) : $"«{text.Text.Substring(start, length)}»"));
        return marked.ToString();
    }

    private sealed class FixedTime : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 3, 7, 8, 9, 5, TimeSpan.Zero);
    }
}
