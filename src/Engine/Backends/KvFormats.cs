namespace Slerp.Engine.Backends;

/// <summary>Formats that a store can have.</summary>
internal static class KvFormats
{
    /// <summary>Refuses a format that is a wish and not a width.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is neither Float32 nor BFloat16.</exception>
    public static void RequireKept(KvFormat format)
    {
        if (format is not (KvFormat.Float32 or KvFormat.BFloat16))
        {
            throw new ArgumentOutOfRangeException(nameof(format), format, "A KV store is Float32 or BFloat16; AsWeights is resolved before one is made.");
        }
    }
}
