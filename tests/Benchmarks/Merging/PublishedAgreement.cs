namespace Slerp.Benchmarks.Merging;

/// <summary>The published agreement with the unmerged model, read off the published plots (±0.005): Mistral-7B-Instruct-v0.2, 5,000 news articles.</summary>
internal static class PublishedAgreement
{
    /// <summary>Cutoffs measured, of 32 layers.</summary>
    public static IReadOnlyList<int> Cutoffs { get; } = [2, 4, 12, 16, 28];

    /// <summary>Layers of the model measured.</summary>
    public const int Layers = 32;

    /// <summary>For each length: the share of texts whose likeliest token stays the likeliest, by cutoff.</summary>
    public static IReadOnlyDictionary<int, double[]> Top1 { get; } = new Dictionary<int, double[]>
    {
        [16] = [.756, .801, .875, .903, .967],
        [32] = [.671, .700, .770, .780, .974],
        [64] = [.731, .783, .849, .880, .968],
        [128] = [.732, .769, .847, .878, .964],
        [256] = [.730, .761, .835, .870, .961],
        [512] = [.716, .742, .830, .865, .960],
        [1024] = [.715, .733, .822, .856, .957],
        [2048] = [.708, .730, .830, .874, .967],
    };

    /// <summary>The share of texts whose likeliest token is among the merged model's first three.</summary>
    public static IReadOnlyDictionary<int, double[]> Top3 { get; } = new Dictionary<int, double[]>
    {
        [16] = [.924, .956, .981, .988, .999],
        [32] = [.860, .895, .937, .924, .999],
        [64] = [.902, .930, .964, .971, .999],
        [128] = [.911, .937, .963, .972, .998],
        [256] = [.904, .924, .959, .970, .998],
        [512] = [.892, .912, .954, .969, .997],
        [1024] = [.898, .913, .958, .971, .993],
        [2048] = [.857, .879, .956, .973, 1],
    };

    /// <summary>The share of texts whose likeliest token is among the merged model's first five.</summary>
    public static IReadOnlyDictionary<int, double[]> Top5 { get; } = new Dictionary<int, double[]>
    {
        [16] = [.955, .975, .991, .994, 1],
        [32] = [.909, .939, .973, .966, 1],
        [64] = [.939, .959, .980, .983, 1],
        [128] = [.945, .959, .979, .985, 1],
        [256] = [.937, .954, .978, .984, 1],
        [512] = [.929, .948, .974, .983, .999],
        [1024] = [.935, .950, .976, .986, .998],
        [2048] = [.912, .917, .984, .984, 1],
    };
}
