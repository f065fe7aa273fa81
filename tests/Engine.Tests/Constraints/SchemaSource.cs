using System.Globalization;
using System.Text;

namespace Slerp.Engine.Tests.Constraints;

/// <summary>Makes small random schemas and values from a seed: names, numbers and strings are few, so that schemas and values often meet.</summary>
internal sealed class SchemaSource(int seed)
{
    private static readonly string[] Names = ["a", "ab", "b", "c\\\"d", "é"];
    private static readonly string[] Strings = ["", "a", "ab", "abc", "aab", "b1", "é😀", "x y"];
    private static readonly string[] Numbers = ["0", "1", "-1", "2", "3.5", "-0.25", "10", "12", "0.5", "7", "100", "1e2", "2.50"];
    private static readonly string[] Patterns = ["^a", "b$", "^[ab]*$", "[0-9]", "^(a|ab)(c|bcd)?$", "^.{2,3}$", "a.*b|x"];

    private readonly Random _random = new(seed);

    public string Schema(int depth = 0)
    {
        if (_random.Next(12) == 0)
        {
            return _random.Next(4) == 0 ? "false" : "true";
        }

        var keywords = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var count = _random.Next(1, 4); count > 0; count--)
        {
            AddKeyword(keywords, depth);
        }

        return Join(keywords);
    }

    /// <summary>A schema whose root has definitions that may refer to themselves.</summary>
    public string RecursiveSchema() =>
        $$"""{"$defs":{"n":{"type":"object","properties":{"a":{"$ref":"#/$defs/n"},"b":{{Schema(1)}}},"maxProperties":2},"m":{{Schema(1)}}},"anyOf":[{"$ref":"#/$defs/n"},{"allOf":[{"$ref":"#/$defs/m"},{{Schema(1)}}]}]}""";

    public string Value(int depth = 0)
    {
        var kind = _random.Next(depth > 2 ? 5 : 9);
        return kind switch
        {
            0 => "null",
            1 => _random.Next(2) == 0 ? "true" : "false",
            2 or 3 => Pick(Numbers),
            4 => Quote(Pick(Strings)),
            5 or 6 => "[" + string.Join(',', Enumerable.Range(0, _random.Next(4)).Select(_ => Value(depth + 1))) + "]",
            _ => "{" + string.Join(',', Names.OrderBy(_ => _random.Next()).Take(_random.Next(4)).Select(name => Quote(name) + ":" + Value(depth + 1)).ToList()) + "}",
        };
    }

    private void AddKeyword(Dictionary<string, string> keywords, int depth)
    {
        var (name, value) = _random.Next(depth > 2 ? 13 : 24) switch
        {
            0 => ("type", Type()),
            1 => ("type", "[" + Type() + "," + Type() + "]"),
            2 => ("minimum", Pick(Numbers)),
            3 => ("maximum", Pick(Numbers)),
            4 => ("exclusiveMinimum", Pick(Numbers)),
            5 => ("exclusiveMaximum", Pick(Numbers)),
            6 => ("multipleOf", _random.Next(2) == 0 ? "0.25" : "3"),
            7 => ("minLength", Small(3)),
            8 => ("maxLength", Small(4)),
            9 => ("pattern", Quote(Pick(Patterns))),
            10 => ("enum", "[" + string.Join(',', Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Value(1))) + "]"),
            11 => ("const", Value(1)),
            12 => ("type", Type()),
            13 => ("properties", Properties(depth)),
            14 => ("properties", Properties(depth)),
            15 => ("required", "[" + string.Join(',', Names.OrderBy(_ => _random.Next()).Take(_random.Next(3)).Select(Quote).ToList()) + "]"),
            16 => ("additionalProperties", Schema(depth + 1)),
            17 => ("minProperties", Small(3)),
            18 => ("maxProperties", Small(4)),
            19 => ("items", Schema(depth + 1)),
            20 => ("prefixItems", List(depth)),
            21 => _random.Next(2) == 0 ? ("minItems", Small(3)) : ("maxItems", Small(4)),
            22 => ("anyOf", List(depth)),
            _ => ("allOf", List(depth)),
        };
        keywords.TryAdd(name, value);
    }

    private string Properties(int depth) =>
        Join(Names.OrderBy(_ => _random.Next()).Take(_random.Next(1, 4)).ToDictionary(name => name, _ => Schema(depth + 1), StringComparer.Ordinal));

    private string List(int depth) => "[" + string.Join(',', Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Schema(depth + 1))) + "]";

    private string Type() => Pick(["\"null\"", "\"boolean\"", "\"number\"", "\"integer\"", "\"string\"", "\"array\"", "\"object\"", "\"object\""]);

    private string Small(int below) => _random.Next(below).ToString(CultureInfo.InvariantCulture);

    private string Pick(string[] items) => items[_random.Next(items.Length)];

    private static string Quote(string text) => "\"" + text + "\"";

    private static string Join(Dictionary<string, string> members) => "{" + string.Join(',', members.Select(member => Quote(member.Key) + ":" + member.Value)) + "}";

    /// <summary>Rewrites a JSON text: some characters of its strings escaped, whitespace where it may stand.</summary>
    public string Respell(string json)
    {
        var text = new StringBuilder();
        var (inString, isEscaped) = (false, false);
        foreach (var unit in json)
        {
            var isPlain = inString && !isEscaped && unit is not ('"' or '\\') && !char.IsSurrogate(unit);
            text.Append(isPlain && _random.Next(3) == 0 ? $"\\u{(int)unit:x4}" : unit.ToString());
            if (!inString && unit is '{' or '[' or ',' or ':' && _random.Next(2) == 0)
            {
                text.Append(_random.Next(2) == 0 ? " " : "\n\t");
            }

            inString = unit == '"' && !isEscaped ? !inString : inString;
            isEscaped = unit == '\\' && !isEscaped;
        }

        return text.ToString();
    }
}
