using System.Globalization;
using Slerp.Engine;

namespace Slerp.Samples.Chat;

/// <summary>A fault on purpose: a quality check that fails, sees a value that is not a number, hangs, or throws at one segment.</summary>
/// <param name="Kind">quality, nan, hang or throw.</param>
/// <param name="Segment">The segment, counted from 1.</param>
internal sealed record Drill(string Kind, int Segment) : IQualityCheck
{
    // Longer than any time limit of checks, so that it is abandoned; it does end, and its thread with it.
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(11);

    private static readonly string[] Kinds = ["quality", "nan", "hang", "throw"];

    /// <summary>Reads KIND@N; null where it is not one.</summary>
    public static Drill? Parse(string text) =>
        text.Split('@') is [var kind, var number]
        && Kinds.Contains(kind)
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var segment)
        && segment > 0
            ? new Drill(kind, segment)
            : null;

    // A value that is not a number is what the engine's own check finds.
    string IQualityCheck.Name => Kind == "nan" ? "non-finite" : "drill";

    QualityScope IQualityCheck.Scope => QualityScope.Segment;

    Verdict IQualityCheck.Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens)
    {
        if (context.SegmentIndex != Segment - 1)
        {
            return Verdict.Passed;
        }

        switch (Kind)
        {
            case "throw":
                throw new InvalidOperationException("A drill throws.");
            case "hang":
                using (var never = new ManualResetEventSlim())
                {
                    never.Wait(Hang);
                }

                return Verdict.Passed;
            case "nan":
                return EngineCatalog.QualityCheck("non-finite").Evaluate(context, text, new[] { new TokenStatistics(0, float.NaN, float.NaN) });
            default:
                return Verdict.Failed("a drill");
        }
    }
}
