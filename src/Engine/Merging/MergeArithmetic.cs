using Slerp.Engine.Steps;

namespace Slerp.Engine.Merging;

/// <summary>Which rows the published method pairs, and what merging can gain, as pure functions.</summary>
/// <remarks>
/// <para>A run x_0 .. x_{n-1} of more than three rows becomes x_0 · (x_1,x_2) · (x_3,x_4) · … · its last row, or its last two where n is odd.
/// Pairs are anchored at the left: those of n rows are the first of those of n + 1.</para>
/// <para>Source: the code of samchaineau/llm_slerp_generation (its text swaps the parities).</para>
/// </remarks>
internal static class MergeArithmetic
{
    /// <summary>Pairs in a run of n rows; pair j joins rows 2j + 1 and 2j + 2.</summary>
    public static int Pairs(int rows) => rows > 3 ? (rows - 2) / 2 : 0;

    /// <summary>Rows left of a run of n rows.</summary>
    public static int LengthOf(int rows) => rows - Pairs(rows);

    /// <summary>Pairs of a whole sequence of n rows under S, M, E.</summary>
    public static int Pairs(int rows, int keepFirst, int minimum, int keepLast)
    {
        var rest = Math.Max(0, rows - keepFirst);
        return Pairs(rest > minimum ? Math.Max(0, rest - keepLast) : rest);
    }

    /// <summary>Rows left of a prompt whose runs are merged blindly.</summary>
    public static int LengthOf(int rows, IEnumerable<RowSpan> spans) => rows - spans.Sum(static span => Pairs(span.Length));

    /// <summary>What the layers alone let a prefill gain: L / ((c + 1) + (L − c − 1) · after / before).</summary>
    public static double PrefillSpeedup(int layers, int cutoff, int before, int after) =>
        layers / (cutoff + 1 + ((layers - cutoff - 1) * ((double)after / before)));

    /// <summary>KV bytes with merging over those without: ((c + 1) + (L − c − 1) · after / before) / L.</summary>
    public static double KvRatio(int layers, int cutoff, int before, int after) => 1 / PrefillSpeedup(layers, cutoff, before, after);
}
