using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Slerp.Engine.Templates.Jinja;

namespace Slerp.Engine.Templates;

/// <summary>JSON as template values; every string, keys included, is marked as coming from one part.</summary>
/// <remarks>Numbers and booleans carry no origin: what they print cannot spell a control token.</remarks>
internal static class JsonValues
{
    private const int MaximumDepth = 128;

    public static JinjaValue Convert(JsonElement element, int part, int depth = 0)
    {
        if (depth > MaximumDepth)
        {
            throw new ChatTemplateException($"JSON in the conversation nests more than {MaximumDepth} deep. Flatten it.");
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var dict = new DictValue();
                foreach (var property in element.EnumerateObject())
                {
                    dict.Set(new TextValue(Text(() => property.Name), part), Convert(property.Value, part, depth + 1));
                }

                return dict;
            case JsonValueKind.Array:
                return new ListValue([.. element.EnumerateArray().Select(item => Convert(item, part, depth + 1))]);
            case JsonValueKind.String:
                return new TextValue(Text(() => element.GetString()!), part);
            case JsonValueKind.Number:
                return Number(element.GetRawText());
            case JsonValueKind.True or JsonValueKind.False:
                return BooleanValue.Of(element.ValueKind == JsonValueKind.True);
            default:
                return NoneValue.Instance;
        }
    }

    /// <summary>Half a surrogate pair, escaped, is JSON but no text.</summary>
    private static string Text(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException failure)
        {
            throw new ChatTemplateException("a JSON string in the conversation is not valid Unicode. Remove the lone surrogate.", failure);
        }
    }

    /// <summary>Whole numbers stay whole; a fraction or an exponent makes a double.</summary>
    private static JinjaValue Number(string digits)
    {
        if (digits.AsSpan().ContainsAny('.', 'e', 'E'))
        {
            return new FloatValue(double.Parse(digits, CultureInfo.InvariantCulture));
        }

        return digits.Length <= PythonNumber.MaximumDigits
            ? new IntegerValue(BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
            : throw new ChatTemplateException(
                $"a number in the conversation has {digits.Length:N0} digits; at most {PythonNumber.MaximumDigits:N0} are supported.");
    }
}
