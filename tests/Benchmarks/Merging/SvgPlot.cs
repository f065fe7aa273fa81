using System.Globalization;
using System.Net;
using System.Text;

namespace Slerp.Benchmarks.Merging;

/// <summary>A line plot, written as SVG by hand: nothing to install, and a change shows in a diff.</summary>
/// <param name="title">Above the plot.</param>
/// <param name="horizontal">What the x axis shows.</param>
/// <param name="vertical">What the y axis shows.</param>
/// <param name="ticks">Places on the x axis, at equal distances in the order given.</param>
/// <param name="from">The least y.</param>
/// <param name="to">The greatest y.</param>
internal sealed class SvgPlot(string title, string horizontal, string vertical, IReadOnlyList<double> ticks, double from, double to)
{
    private const int Left = 60;
    private const int Top = 40;
    private const int Width = 520;
    private const int Height = 300;
    private const int Steps = 5;

    private static readonly string[] Colours = ["#1f5fa8", "#c0392b", "#2e8b57", "#8e5aa8", "#b8860b", "#444444"];

    private readonly StringBuilder _lines = new();
    private readonly StringBuilder _legend = new();
    private int _entries;

    /// <summary>Adds a line; points whose x is no tick are left out.</summary>
    public void Add(string name, int colour, bool isDashed, IEnumerable<(double X, double Y)> points)
    {
        var stroke = Colours[colour % Colours.Length];
        var dash = isDashed ? " stroke-dasharray=\"5 4\"" : "";
        var places = points.Where(point => ticks.Contains(point.X)).OrderBy(point => IndexOf(point.X)).Select(point => (X: X(IndexOf(point.X)), Y: Y(point.Y))).ToList();
        _lines.AppendLine(CultureInfo.InvariantCulture, $"  <polyline fill=\"none\" stroke=\"{stroke}\" stroke-width=\"2\"{dash} points=\"{string.Join(' ', places.Select(static place => $"{Text(place.X)},{Text(place.Y)}"))}\"/>");
        foreach (var place in places)
        {
            _lines.AppendLine(CultureInfo.InvariantCulture, $"  <circle cx=\"{Text(place.X)}\" cy=\"{Text(place.Y)}\" r=\"3\" fill=\"{(isDashed ? "#ffffff" : stroke)}\" stroke=\"{stroke}\"/>");
        }

        var y = Top + 10 + (_entries++ * 18);
        const int Start = Left + Width + 16;
        _legend.AppendLine(CultureInfo.InvariantCulture, $"  <line x1=\"{Start}\" y1=\"{y}\" x2=\"{Start + 26}\" y2=\"{y}\" stroke=\"{stroke}\" stroke-width=\"2\"{dash}/>");
        _legend.AppendLine(CultureInfo.InvariantCulture, $"  <text x=\"{Start + 32}\" y=\"{y + 4}\">{WebUtility.HtmlEncode(name)}</text>");
    }

    /// <summary>The document.</summary>
    public override string ToString()
    {
        var page = new StringBuilder();
        page.AppendLine(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Left + Width + 230}\" height=\"{Top + Height + 60}\" font-family=\"sans-serif\" font-size=\"12\">");
        page.AppendLine("  <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>");
        page.AppendLine(CultureInfo.InvariantCulture, $"  <text x=\"{Left}\" y=\"22\" font-size=\"14\">{WebUtility.HtmlEncode(title)}</text>");
        for (var step = 0; step <= Steps; step++)
        {
            var value = from + ((to - from) * step / Steps);
            page.AppendLine(CultureInfo.InvariantCulture, $"  <line x1=\"{Left}\" y1=\"{Text(Y(value))}\" x2=\"{Left + Width}\" y2=\"{Text(Y(value))}\" stroke=\"#dddddd\"/>");
            page.AppendLine(CultureInfo.InvariantCulture, $"  <text x=\"{Left - 8}\" y=\"{Text(Y(value) + 4)}\" text-anchor=\"end\">{value.ToString("0.##", CultureInfo.InvariantCulture)}</text>");
        }

        for (var index = 0; index < ticks.Count; index++)
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"  <text x=\"{Text(X(index))}\" y=\"{Top + Height + 18}\" text-anchor=\"middle\">{ticks[index].ToString("0.###", CultureInfo.InvariantCulture)}</text>");
        }

        page.AppendLine(CultureInfo.InvariantCulture, $"  <text x=\"{Left + (Width / 2)}\" y=\"{Top + Height + 42}\" text-anchor=\"middle\">{WebUtility.HtmlEncode(horizontal)}</text>");
        page.AppendLine(CultureInfo.InvariantCulture, $"  <text x=\"16\" y=\"{Top + (Height / 2)}\" text-anchor=\"middle\" transform=\"rotate(-90 16 {Top + (Height / 2)})\">{WebUtility.HtmlEncode(vertical)}</text>");
        return page.Append(_lines).Append(_legend).AppendLine("</svg>").ToString();
    }

    private static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private int IndexOf(double tick) => ticks.ToList().IndexOf(tick);

    private double X(int index) => Left + (Width * (index + 0.5) / ticks.Count);

    private double Y(double value) => Top + Height - (Height * (Math.Clamp(value, from, to) - from) / (to - from));
}
