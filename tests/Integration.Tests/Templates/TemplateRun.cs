using System.Text.Json;
using Slerp.Engine.Templates;
using Slerp.Engine.Templates.Jinja;

namespace Slerp.Integration.Tests.Templates;

/// <summary>Renders a template over a plain JSON context, as the outside vectors were made.</summary>
internal static class TemplateRun
{
    public static string Render(string template, JsonElement context)
    {
        var variables = new DictValue();
        foreach (var property in context.EnumerateObject())
        {
            variables.Set(property.Name, JsonValues.Convert(property.Value, part: 0));
        }

        return new Interpreter(RenderLimits.For(0), new FixedTime()).Render(Parser.Parse(template), variables).Text;
    }

    public static JsonElement Read(params string[] path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Slerp.Tests.Shared.SharedData.Path(path)));
        return document.RootElement.Clone();
    }

    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    /// <summary>The instant the golden renderings were made at.</summary>
    internal sealed class FixedTime : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    }
}
