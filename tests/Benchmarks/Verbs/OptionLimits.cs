using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Slerp.Benchmarks.Verbs;

/// <summary>Numbers that would measure nothing are refused, not replaced by others.</summary>
internal static class OptionLimits
{
    /// <summary>Refuses less than <paramref name="least"/>.</summary>
    public static Option<int> AtLeast(this Option<int> option, int least)
    {
        option.Validators.Add(given => Require(given, least));
        return option;
    }

    /// <summary>Refuses a list with less than <paramref name="least"/> in it.</summary>
    public static Option<int[]> AtLeast(this Option<int[]> option, int least)
    {
        option.Validators.Add(given => Require(given, least));
        return option;
    }

    // What is no number is refused by the parser.
    private static void Require(OptionResult given, int least)
    {
        foreach (var token in given.Tokens)
        {
            if (int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value < least)
            {
                given.AddError($"{given.IdentifierToken} is {value}; expected at least {least}.");
            }
        }
    }
}
