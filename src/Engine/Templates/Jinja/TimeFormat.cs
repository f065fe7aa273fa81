using System.Globalization;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>Python's strftime in the C locale. '-' after the percent sign drops leading zeros.</summary>
internal static class TimeFormat
{
    public static TextValue Format(RenderBudget budget, TextValue format, DateTimeOffset time)
    {
        var text = format.Text;
        var builder = new TextBuilder(budget);
        for (var index = 0; index < text.Length; index++)
        {
            budget.Step();
            if (text[index] != '%' || index == text.Length - 1)
            {
                builder.Append(format, index, 1);
                continue;
            }

            var start = index++;
            var isShort = text[index] == '-' && index < text.Length - 1;
            index += isShort ? 1 : 0;
            if (Field(text[index], time) is not { } field)
            {
                builder.Append(format, start, index + 1 - start);
                continue;
            }

            builder.Append(isShort && field.TrimStart('0', ' ') is var trimmed ? (trimmed.Length == 0 ? "0" : trimmed) : field, format.PartAt(start));
        }

        return builder.ToText();
    }

    private static string? Field(char directive, DateTimeOffset time) => directive switch
    {
        'Y' => Text(time, "yyyy"),
        'y' => Text(time, "yy"),
        'm' => Text(time, "MM"),
        'd' => Text(time, "dd"),
        'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'H' => Text(time, "HH"),
        'I' => Text(time, "hh"),
        'M' => Text(time, "mm"),
        'S' => Text(time, "ss"),
        'f' => Text(time, "ffffff"),
        'B' => Text(time, "MMMM"),
        'b' or 'h' => Text(time, "MMM"),
        'A' => Text(time, "dddd"),
        'a' => Text(time, "ddd"),
        'p' => time.Hour < 12 ? "AM" : "PM",
        'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'u' => (time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'F' => Text(time, "yyyy-MM-dd"),
        'D' or 'x' => Text(time, "MM/dd/yy"),
        'T' or 'X' => Text(time, "HH:mm:ss"),
        'R' => Text(time, "HH:mm"),
        'c' => $"{Text(time, "ddd MMM")} {time.Day,2} {Text(time, "HH:mm:ss yyyy")}",
        'z' or 'Z' => "",
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => null,
    };

    private static string Text(DateTimeOffset time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}
