using System.Globalization;
using System.Numerics;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>One field of a format: how wide, how precise, which conversion.</summary>
internal readonly record struct FormatField(char Conversion, string Flags, int Width, int? Precision)
{
    private const int MaximumPrecision = 100;

    /// <summary>Writes the value as the field asks.</summary>
    public void Append(TextBuilder builder, JinjaValue value)
    {
        var text = Text(builder.Budget, value);
        var side = Flags.Contains('-', StringComparison.Ordinal) ? TextOperations.Side.Right
            : Flags.Contains('^', StringComparison.Ordinal) ? TextOperations.Side.Both : TextOperations.Side.Left;
        var isZeroFilled = Flags.Contains('0', StringComparison.Ordinal) && side == TextOperations.Side.Left && Conversion is not ('s' or 'r');
        var sign = isZeroFilled && text.Length > 0 && text.Text[0] is '-' or '+' ? 1 : 0;
        builder.Append(text, 0, sign);
        builder.Append(TextOperations.Pad(builder.Budget, text.Slice(sign, text.Length - sign), Width - sign, side, isZeroFilled ? '0' : ' '));
    }

    private TextValue Text(RenderBudget budget, JinjaValue value)
    {
        switch (Conversion)
        {
            case 's':
                return Cut(Printer.ToText(budget, value));
            case 'r':
                var repr = new TextBuilder(budget);
                Printer.AppendRepr(repr, value);
                return Cut(repr.ToText());
            case 'd' or 'i' or 'x' or 'X' or 'o':
                var integer = value is FloatValue { Value: var whole } && double.IsFinite(whole) && Conversion is 'd' or 'i'
                    ? new BigInteger(whole)
                    : Arithmetic.Integer(value) ?? throw Unfit(budget, value);
                return new TextValue(Signed(integer.Sign < 0, Digits(BigInteger.Abs(integer))));
            case 'f' or 'F' or 'e' or 'E' or 'g' or 'G':
                return new TextValue(Real(budget, Arithmetic.Number(value) ?? throw Unfit(budget, value)));
            default:
                throw budget.Fail($"unknown conversion '{Conversion}' in a format. Known: s, r, d, i, x, X, o, e, E, f, F, g, G.");
        }
    }

    private ChatTemplateException Unfit(RenderBudget budget, JinjaValue value) =>
        budget.Fail($"the conversion '{Conversion}' of a format needs a number, not {value.TypeName}.");

    private TextValue Cut(TextValue text) => Precision is { } precision && precision < PythonText.Count(text.Text)
        ? text.Slice(0, PythonText.Offset(text.Text, precision))
        : text;

    private string Digits(BigInteger value) => Conversion switch
    {
        'x' => value.IsZero ? "0" : value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0'),
        'X' => value.IsZero ? "0" : value.ToString("X", CultureInfo.InvariantCulture).TrimStart('0'),
        'o' => Octal(value),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private static string Octal(BigInteger value)
    {
        var digits = new Stack<char>();
        do
        {
            digits.Push((char)('0' + (int)(value % 8)));
            value /= 8;
        }
        while (!value.IsZero);
        return string.Concat(digits);
    }

    private string Real(RenderBudget budget, double value)
    {
        var precision = Precision ?? 6;
        if (precision > MaximumPrecision)
        {
            throw budget.Fail($"a format asks for {precision} decimals; at most {MaximumPrecision} are written.");
        }

        var digits = (!double.IsFinite(value), char.ToLowerInvariant(Conversion)) switch
        {
            (true, _) => PythonNumber.Format(Math.Abs(value)),
            (_, 'f') => Math.Abs(value).ToString($"F{precision}", CultureInfo.InvariantCulture),
            (_, 'e') => Math.Abs(value).ToString($"0.{new string('0', precision)}e+00", CultureInfo.InvariantCulture),
            _ => Math.Abs(value).ToString($"G{Math.Max(1, precision)}", CultureInfo.InvariantCulture).Replace('E', 'e'),
        };
        return Signed(double.IsNegative(value), digits);
    }

    private string Signed(bool isNegative, string digits) =>
        (isNegative ? "-" : Flags.Contains('+', StringComparison.Ordinal) ? "+" : Flags.Contains(' ', StringComparison.Ordinal) ? " " : "") + digits;
}
