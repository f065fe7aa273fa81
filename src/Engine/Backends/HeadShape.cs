namespace Slerp.Engine.Backends;

/// <summary>How one row of a fused projection [q | k | v] is divided into heads.</summary>
/// <param name="Heads">Query heads H.</param>
/// <param name="KvHeads">Key/value heads G; H is a multiple of G. Query head h reads key/value head h·G/H.</param>
/// <param name="HeadSize">Width dh of one head.</param>
internal readonly record struct HeadShape(int Heads, int KvHeads, int HeadSize)
{
    /// <summary>Columns of the query part, at offset 0.</summary>
    public int QueryColumns => Heads * HeadSize;

    /// <summary>Columns of the key part, at offset <see cref="QueryColumns"/>; the value part follows it with as many.</summary>
    public int KvColumns => KvHeads * HeadSize;

    /// <summary>Columns of [q | k | v].</summary>
    public int Columns => QueryColumns + (2 * KvColumns);

    /// <summary>Query heads that share one key/value head.</summary>
    public int GroupSize => Heads / KvHeads;
}
