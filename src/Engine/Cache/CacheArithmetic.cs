using Slerp.Engine.Backends;

namespace Slerp.Engine.Cache;

/// <summary>Sizes of the KV cache, as pure functions.</summary>
internal static class CacheArithmetic
{
    /// <summary>Rows of a page.</summary>
    public const int PageRows = KvStore.PageRows;

    /// <summary>Pages that hold <paramref name="rows"/> rows of one layer.</summary>
    public static int PagesFor(int rows) => (rows + PageRows - 1) / PageRows;

    /// <summary>Bytes of one row of one layer: keys and values of all heads.</summary>
    public static long BytesPerRow(int kvHeads, int headSize, KvFormat format) =>
        2L * kvHeads * headSize * (format == KvFormat.BFloat16 ? 2 : 4);

    /// <summary>Bytes of one page.</summary>
    public static long BytesPerPage(int kvHeads, int headSize, KvFormat format) =>
        PageRows * BytesPerRow(kvHeads, headSize, format);
}
