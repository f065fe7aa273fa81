using System.Text.Json.Nodes;

namespace Slerp.Benchmarks.Measuring;

/// <summary>One figure: a JSON line on standard output.</summary>
internal static class Figure
{
    private static readonly System.Text.Json.JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prints the line; numbers keep four significant digits, whole numbers all of theirs.</summary>
    public static void Print(string bench, params ReadOnlySpan<(string Name, object? Value)> fields)
    {
        var line = new JsonObject { ["bench"] = bench };
        foreach (var (name, value) in fields)
        {
            line[name] = value switch
            {
                null => null,
                double number when double.IsFinite(number) => JsonValue.Create(Round(number)),
                double => null,
                int number => JsonValue.Create(number),
                long number => JsonValue.Create(number),
                bool truth => JsonValue.Create(truth),
                _ => JsonValue.Create(value.ToString()),
            };
        }

        Console.Out.WriteLine(line.ToJsonString(Plain));
        Console.Out.Flush();
    }

    private static double Round(double value)
    {
        if (value == 0)
        {
            return 0;
        }

        var digits = 3 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return digits is >= 0 and <= 15 ? Math.Round(value, digits) : Math.Round(value);
    }
}
