using Slerp.Engine.Cache;

namespace Slerp.Engine.Scheduling;

/// <summary>Whether a waiting sequence may enter, as a pure function.</summary>
/// <remarks>
/// Optimistic: room for what is known now and one more page a layer is enough. Should the pages run out later, the youngest sequence goes back
/// to the queue and is read again; row-invariance makes the repeated rows equal, so its text does not change.
/// </remarks>
internal static class Admission
{
    /// <summary>Whether it may enter.</summary>
    /// <param name="knownTokens">Tokens it has to run.</param>
    /// <param name="cachedRows">How many of them have rows already: their full pages are shared and take nothing.</param>
    /// <param name="layers">Applied layers of the model.</param>
    /// <param name="freePages">Pages nobody holds.</param>
    /// <param name="isAlone">Whether nothing else runs: then what fits the whole cache may enter.</param>
    public static bool MayEnter(int knownTokens, int cachedRows, int layers, int freePages, bool isAlone)
    {
        var pages = (long)(CacheArithmetic.PagesFor(knownTokens + 1) - (cachedRows / CacheArithmetic.PageRows)) * layers;
        return isAlone ? pages <= freePages : pages + layers <= freePages;
    }

    /// <summary>Most rows one sequence can hold in a cache of its own.</summary>
    public static int MaxRows(int totalPages, int layers) => (int)Math.Min(int.MaxValue, (long)(totalPages / layers) * CacheArithmetic.PageRows);
}
