using System.Globalization;
using System.Numerics;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>Numbers as Python reads and prints them.</summary>
internal static class PythonNumber
{
    /// <summary>Python's own limit on the digits of an integer that is read or printed.</summary>
    public const int MaximumDigits = 4300;

    /// <summary>The bits that many digits need: the limit on every integer result.</summary>
    public const long MaximumBits = 14_285;

    /// <summary>Digits, or 0x…, 0b…, 0o…; null where the text is none of them.</summary>
    public static BigInteger? ParseInteger(string text, int radix = 10)
    {
        var isNegative = text.StartsWith('-');
        var digits = isNegative || text.StartsWith('+') ? text[1..] : text;
        if (digits.Length > 2 && digits[0] == '0' && char.ToLowerInvariant(digits[1]) is var mark and ('x' or 'b' or 'o'))
        {
            radix = mark switch { 'x' => 16, 'b' => 2, _ => 8 };
            digits = digits[2..];
        }

        if (digits.Length is 0 or > MaximumDigits)
        {
            return null;
        }

        var value = BigInteger.Zero;
        if (radix == 10)
        {
            if (!digits.All(char.IsAsciiDigit))
            {
                return null;
            }

            value = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        }
        else
        {
            foreach (var digit in digits)
            {
                var worth = char.IsAsciiDigit(digit) ? digit - '0' : char.IsAsciiLetter(digit) ? char.ToLowerInvariant(digit) - 'a' + 10 : radix;
                if (worth >= radix)
                {
                    return null;
                }

                value = (value * radix) + worth;
            }
        }

        return isNegative ? -value : value;
    }

    /// <summary>A Python float literal, 'inf' or 'nan' with blanks around it; null where the text is none.</summary>
    public static double? ParseFloat(string text)
    {
        var trimmed = text.Trim().Replace("_", "", StringComparison.Ordinal);
        var word = trimmed.TrimStart('+', '-').ToLowerInvariant();
        if (word is "inf" or "infinity")
        {
            return trimmed[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        }

        if (word == "nan")
        {
            return double.NaN;
        }

        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(trimmed, Styles, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    /// <summary>The shortest digits that read back as the same number, in Python's layout: 1.0, 0.0001, 1e-05, 1e+16.</summary>
    public static string Format(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var (digits, exponent) = Digits(value.ToString("R", CultureInfo.InvariantCulture));
        var sign = double.IsNegative(value) ? "-" : "";
        if (exponent is < -4 or >= 16)
        {
            var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
            return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        return digits.Length > exponent + 1
            ? $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}"
            : $"{sign}{digits.PadRight(exponent + 1, '0')}.0";
    }

    /// <summary>The significant digits of a printed number and the power of ten of the first.</summary>
    private static (string Digits, int Exponent) Digits(string printed)
    {
        var mark = printed.IndexOf('E', StringComparison.Ordinal);
        var mantissa = (mark < 0 ? printed : printed[..mark]).TrimStart('-');
        var exponent = mark < 0 ? 0 : int.Parse(printed[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? mantissa : mantissa[..point];
        var all = whole + (point < 0 ? "" : mantissa[(point + 1)..]);
        var leading = all.Length - all.TrimStart('0').Length;
        var digits = all.Trim('0');
        return digits.Length == 0 ? ("0", 0) : (digits, exponent + whole.Length - 1 - leading);
    }
}
