using System.Text.Json;
using Slerp.Engine.Drafting;

namespace Slerp.Engine.Decoding;

/// <summary>A measured cost curve as JSON: {"build": …, "rows": […], "seconds": […]}.</summary>
internal static class CostCurveRecord
{
    private const int MaxPoints = 64;
    private const int MaxRows = 1 << 16;
    private const double MaxSeconds = 1e6;

    /// <summary>Writes a curve.</summary>
    /// <param name="build">The build whose kernels were measured.</param>
    /// <param name="curve">The curve.</param>
    public static byte[] Write(string build, CostCurve curve)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("build", build);
            writer.WriteStartArray("rows");
            foreach (var rows in curve.Rows)
            {
                writer.WriteNumberValue(rows);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("seconds");
            foreach (var cost in curve.Costs)
            {
                writer.WriteNumberValue(cost * curve.Seconds);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>Reads a curve of the same build; null where the content is anything else.</summary>
    public static CostCurve? TryRead(string build, byte[]? content)
    {
        if (content is null)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(content);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("build", out var found) || found.ValueKind != JsonValueKind.String || found.GetString() != build)
            {
                return null;
            }

            var rows = Numbers(root, "rows", MaxRows);
            var seconds = Numbers(root, "seconds", MaxSeconds);
            return rows.Count == seconds.Count && IsAscendingFromOne(rows) ? new CostCurve([.. rows.Select(static value => (int)value)], seconds) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // Empty where they are not a list of numbers above 0, up to the most.
    private static List<double> Numbers(JsonElement root, string name, double most)
    {
        var numbers = new List<double>();
        if (root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() <= MaxPoints)
        {
            foreach (var item in list.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Number || !item.TryGetDouble(out var value) || !(value > 0 && value <= most))
                {
                    return [];
                }

                numbers.Add(value);
            }
        }

        return numbers;
    }

    private static bool IsAscendingFromOne(List<double> rows)
    {
        for (var index = 0; index < rows.Count; index++)
        {
            if (rows[index] != Math.Floor(rows[index]) || (index == 0 ? rows[0] != 1 : rows[index] <= rows[index - 1]))
            {
                return false;
            }
        }

        return rows.Count >= 2;
    }
}
