namespace Slerp.Engine.Constraints.Numbers;

/// <summary>The numbers one value may be: a union of ranges. Immutable; every live cursor can be completed.</summary>
internal sealed class NumberShape
{
    private readonly IReadOnlyList<NumberRange> _ranges;
    private readonly SchemaLimits _limits;
    private readonly bool _keepText;
    private readonly bool _allowPoint;

    public NumberShape(IReadOnlyList<NumberRange> ranges, SchemaLimits limits)
    {
        _limits = limits;
        var everything = ranges.FirstOrDefault(range => range.IsEverything);
        _ranges = everything is null ? ranges : [everything];
        _allowPoint = limits.Spelling is JsonSpelling.Every || _ranges.Any(range => !range.IsWhole);
        _keepText = everything is null && !(!_allowPoint && _ranges.Any(range => range.IsUnbounded && range.Step!.Value.Equals(ExactDecimal.One)));
        Witness = Shortest(NumberCursor.Start);
    }

    /// <summary>The shortest member's text, or null where there is no member.</summary>
    public string? Witness { get; }

    public bool TryStep(NumberCursor cursor, int symbol, out NumberCursor next)
    {
        next = default;
        if (cursor.PhaseAfter(symbol) is not { } phase || !IsSpelled(cursor, phase))
        {
            return false;
        }

        next = cursor.Append(phase, symbol, _keepText);
        return !_keepText || IsViable(next);
    }

    /// <summary>Whether the number may end here.</summary>
    public bool CanEnd(NumberCursor cursor) =>
        cursor.CanEnd
        && (!_keepText || (ExactDecimal.TryParse(cursor.Text, out var value) && !IsNegativeZero(cursor, value) && _ranges.Any(range => range.Contains(value))));

    /// <summary>What to append so that the number ends well: the shortest text where no exponent has been begun.</summary>
    public string Complete(NumberCursor cursor)
    {
        if (CanEnd(cursor))
        {
            return "";
        }

        if (!_keepText)
        {
            return MayBeZero(cursor) ? "0" : "1";
        }

        if (Shortest(cursor) is { } text)
        {
            return text[cursor.Text.Length..];
        }

        return CompleteWithExponent(cursor);
    }

    private bool IsSpelled(NumberCursor cursor, NumberPhase phase)
    {
        if ((phase is NumberPhase.Point && !_allowPoint) || (phase is NumberPhase.Zero && !MayBeZero(cursor)))
        {
            return false;
        }

        if (phase >= NumberPhase.Exponent && _limits.Spelling is JsonSpelling.Plain)
        {
            return false;
        }

        return cursor.Length < _limits.NumberLength || !CanEnd(cursor);
    }

    private bool IsViable(NumberCursor cursor)
    {
        var negative = cursor.IsNegative;
        foreach (var range in _ranges)
        {
            if (Magnitudes(range, negative) is { } magnitudes && IsViable(range, magnitudes, cursor))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsViable(NumberRange range, NumberRange magnitudes, NumberCursor cursor)
    {
        var digits = cursor.IsNegative ? cursor.Text[1..] : cursor.Text;
        if (cursor.Phase >= NumberPhase.Exponent)
        {
            var marker = digits.AsSpan().IndexOfAny('e', 'E');
            return ExactDecimal.TryParse(digits.AsSpan(0, marker), out var mantissa)
                && ExponentCompletion.ExistsForExponent(magnitudes, mantissa, digits[(marker + 1)..]);
        }

        return PlainCompletion.Exists(magnitudes, cursor.Phase, digits, AllowsFraction(range))
            || (_limits.Spelling is JsonSpelling.Every && ExponentCompletion.ExistsForMantissa(magnitudes, digits));
    }

    private bool MayBeZero(NumberCursor cursor) => _allowPoint || cursor.Phase is not NumberPhase.Minus;

    // Not every type reads "-0", which nobody means.
    private bool IsNegativeZero(NumberCursor cursor, ExactDecimal value) => _limits.Spelling is JsonSpelling.Plain && cursor.IsNegative && value.Sign == 0;

    /// <summary>The members of one sign, as magnitudes; zero is not among the negative ones that are spelled plainly.</summary>
    private NumberRange? Magnitudes(NumberRange range, bool negative)
    {
        var magnitudes = range.Magnitudes(negative);
        if (magnitudes is not { Low.Sign: 0 } || !negative || _limits.Spelling is not JsonSpelling.Plain)
        {
            return magnitudes;
        }

        return magnitudes.High is { Sign: 0 } ? null : magnitudes with { LowOpen = true };
    }

    private bool AllowsFraction(NumberRange range) => _limits.Spelling is JsonSpelling.Every || !range.IsWhole;

    private string? Shortest(NumberCursor cursor)
    {
        string? best = null;
        foreach (var range in _ranges)
        {
            if (cursor.Phase >= NumberPhase.Exponent)
            {
                break;
            }

            var signs = cursor.Phase is NumberPhase.Start ? [false, true] : new[] { cursor.IsNegative };
            foreach (var negative in signs)
            {
                var digits = cursor.IsNegative ? cursor.Text[1..] : cursor.Text;
                if (Magnitudes(range, negative) is { } magnitudes
                    && PlainCompletion.Shortest(magnitudes, cursor.Phase, digits, AllowsFraction(range)) is { } text
                    && (best is null || text.Length + (negative ? 1 : 0) < best.Length))
                {
                    best = negative ? "-" + text : text;
                }
            }
        }

        return best;
    }

    /// <summary>Searches for the nearest end symbol by symbol, where only an exponent leads there; plain spelling never comes here.</summary>
    private string CompleteWithExponent(NumberCursor cursor)
    {
        var frontier = new Queue<(NumberCursor Cursor, string Suffix)>([(cursor, "")]);
        while (frontier.TryDequeue(out var item))
        {
            if (CanEnd(item.Cursor))
            {
                return item.Suffix;
            }

            foreach (var symbol in "0123456789.-e")
            {
                if (TryStep(item.Cursor, symbol, out var next))
                {
                    frontier.Enqueue((next, item.Suffix + symbol));
                }
            }
        }

        return "";
    }
}
