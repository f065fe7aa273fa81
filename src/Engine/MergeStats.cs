namespace Slerp.Engine;

/// <summary>What merging did in one answer.</summary>
/// <param name="MergedTokens">Rows that the layers above the cutoff did not run.</param>
/// <param name="KvBytesSaved">Bytes of KV cache those rows would have taken.</param>
/// <param name="MeanSimilarity">Mean cosine of the merged pairs; 0 without any.</param>
public sealed record MergeStats(int MergedTokens, long KvBytesSaved, double MeanSimilarity)
{
    /// <summary>No merging.</summary>
    public static MergeStats None { get; } = new(0, 0, 0);
}
