namespace Slerp.Benchmarks.Gate;

/// <summary>A fault on purpose in one answer.</summary>
/// <param name="Kind">quality, hang and throw are a check's; nan and step are the engine's; drafter is the drafter's.</param>
/// <param name="Segment">The segment it strikes, counted from 0; -1 for a check of the prompt.</param>
internal sealed record DrillFault(string Kind, int Segment)
{
    /// <summary>No fault.</summary>
    public static DrillFault None { get; } = new("none", 0);

    /// <summary>Every kind.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["quality", "hang", "throw", "nan", "step", "drafter"];

    /// <summary>The residual call of a forward pass that nan and step strike; two for each layer.</summary>
    public int Call { get; init; }

    /// <summary>The token of the answer at which nan, step and drafter strike; by default the second of the segment.</summary>
    public int Token { get; init; } = FirstToken(Segment) + 1;

    /// <summary>The reason the metric has to name.</summary>
    public string Reason => Kind switch
    {
        "quality" => "quality",
        "hang" => "timeout",
        "throw" => "check_error",
        "nan" => "non_finite",
        _ => "error",
    };

    /// <summary>The first token of a segment, where no draft makes one longer: 4, 8, 16, then 32 tokens each.</summary>
    public static int FirstToken(int segment) => segment switch
    {
        <= 0 => 0,
        1 => 4,
        2 => 12,
        _ => 28 + (32 * (segment - 3)),
    };
}
