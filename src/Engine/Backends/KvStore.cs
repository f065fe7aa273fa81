namespace Slerp.Engine.Backends;

/// <summary>The device memory of a paged KV cache. A page holds <see cref="PageRows"/> rows of one applied layer: all key/value heads, keys and values.</summary>
/// <remarks>A slot is page × <see cref="PageRows"/> + row. The store knows nothing of sequences; the cache room does.</remarks>
internal abstract class KvStore(int pages, int kvHeads, int headSize, KvFormat format) : IDisposable
{
    /// <summary>Rows of a page; also the fixed block of logical indices over which attention is reduced.</summary>
    public const int PageRows = 64;

    /// <summary>Pages in the store.</summary>
    public int Pages { get; } = pages;

    /// <summary>Key/value heads of a row.</summary>
    public int KvHeads { get; } = kvHeads;

    /// <summary>Width of one head.</summary>
    public int HeadSize { get; } = headSize;

    /// <summary>Element format.</summary>
    public KvFormat Format { get; } = format;

    /// <summary>Bytes of one page, padding included.</summary>
    public abstract long PageBytes { get; }

    /// <summary>Frees the device memory. Idempotent.</summary>
    public abstract void Dispose();
}
