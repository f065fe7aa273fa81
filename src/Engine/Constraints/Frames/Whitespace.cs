namespace Slerp.Engine.Constraints.Frames;

/// <summary>How much insignificant whitespace may stand in one place. Pure.</summary>
/// <remarks>
/// Plain spelling: one space, or a line break (after at most one space) with indentation; what has been read is 0, 1 for the space, 2 + n for the
/// break and n characters. Every spelling: a run of bounded length.
/// </remarks>
internal static class Whitespace
{
    /// <summary>The count after one more symbol, or -1 where it is not whitespace that may stand here.</summary>
    public static int Advance(SchemaLimits limits, int read, int symbol)
    {
        if (symbol is not (' ' or '\t' or '\n' or '\r'))
        {
            return -1;
        }

        if (limits.Spelling is JsonSpelling.Every)
        {
            return read < limits.WhitespaceRun ? read + 1 : -1;
        }

        return symbol switch
        {
            ' ' when read == 0 => 1,
            '\n' when read <= 1 => 2,
            ' ' or '\t' when read >= 2 && read < limits.WhitespaceRun + 2 => read + 1,
            _ => -1,
        };
    }
}
