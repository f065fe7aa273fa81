namespace Slerp.Engine;

/// <summary>What merging did in one answer.</summary>
/// <param name="MergedTokens">Rows that the layers above the cutoff did not run.</param>
/// <param name="KvBytesSaved">Bytes of KV cache those rows would have taken.</param>
/// <param name="MeanSimilarity">Mean cosine of the merged pairs that this answer measured; 0 without any.</param>
public sealed record MergeStats(int MergedTokens, long KvBytesSaved, double MeanSimilarity)
{
    /// <summary>Pairs whose cosine this answer measured: none where all merged rows were found in the prefix cache, and <see cref="MeanSimilarity"/> says nothing then.</summary>
    public int ComparedPairs { get; init; }

    /// <summary>No merging.</summary>
    public static MergeStats None { get; } = new(0, 0, 0);
}
