using Slerp.Engine;

namespace Slerp.Benchmarks.Measuring;

/// <summary>Names of the weight formats on the command line and in the figures.</summary>
internal static class Formats
{
    /// <summary>Every format that a checkpoint can be packed into.</summary>
    public static IReadOnlyList<(string Name, WeightFormat Format)> All { get; } =
    [
        ("f32", WeightFormat.Float32),
        ("bf16", WeightFormat.BFloat16),
        ("int8", WeightFormat.Int8Block32),
        ("int8-channel", WeightFormat.Int8Channel),
        ("int4", WeightFormat.Int4Block32),
    ];

    /// <summary>The format's name.</summary>
    public static string NameOf(WeightFormat format) => All.First(entry => entry.Format == format).Name;
}
