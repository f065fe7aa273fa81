using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Models;
using Slerp.Engine.Scheduling;

namespace Slerp.Engine;

/// <summary>How much context and cache the device holds, planned before anything is allocated.</summary>
/// <param name="ContextTokens">Most tokens of prompt and answer together.</param>
/// <param name="Pages">Pages of the KV cache.</param>
internal readonly record struct MemoryBudget(int ContextTokens, int Pages)
{
    // Heuristics: four full conversations are enough for most applications; a cache beyond a quarter of what is free crowds the others out.
    private const int DefaultContexts = 4;
    private const int DefaultShare = 4;

    /// <summary>Plans, or refuses with the numbers.</summary>
    /// <exception cref="DeviceException">The device does not hold it.</exception>
    public static MemoryBudget Plan(EngineOptions options, DecoderShape shape, long checkpointBytes, DeviceMemory memory, long drafterBytes = 0)
    {
        if (options.ContextTokens > shape.MaxPositions)
        {
            throw new DeviceException(
                $"ContextTokens is {options.ContextTokens:N0}; this model was made for {shape.MaxPositions:N0}. Ask for at most that, or 0.", isTransient: false);
        }

        var context = options.ContextTokens == 0 ? shape.MaxPositions : options.ContextTokens;
        var pageBytes = CacheArithmetic.BytesPerPage(shape.Heads.KvHeads, shape.Heads.HeadSize, options.KvFormat);
        var contextBytes = (long)CacheArithmetic.PagesFor(context) * shape.Layers * pageBytes;
        var weightBytes = WeightBytes(options.WeightFormat, shape, checkpointBytes) + drafterBytes;
        var smallest = shape.Layers * pageBytes;
        var cacheBytes = options.KvCacheBytes > 0
            ? options.KvCacheBytes
            : Math.Max(smallest, Math.Min(DefaultContexts * contextBytes, (memory.AvailableBytes - weightBytes) / DefaultShare));
        if (cacheBytes < smallest)
        {
            throw new DeviceException(
                $"KvCacheBytes is {cacheBytes:N0}; one page in each of {shape.Layers} layers takes {smallest:N0}. Raise it to at least that.", isTransient: false);
        }

        if (weightBytes + cacheBytes > memory.AvailableBytes)
        {
            throw new DeviceException(
                $"The model needs about {Megabytes(weightBytes)} MB for weights and {Megabytes(cacheBytes)} MB for the KV cache; "
                + $"{Megabytes(memory.AvailableBytes)} MB are free. Choose a smaller WeightFormat, ContextTokens or KvCacheBytes.",
                isTransient: false);
        }

        var pages = (int)Math.Min(int.MaxValue / CacheArithmetic.PageRows, cacheBytes / pageBytes);
        return new MemoryBudget(Math.Min(context, Admission.MaxRows(pages, shape.Layers)), pages);
    }

    /// <summary>Pages of a draft model's cache, for as many full contexts as the target's by default, and the bytes of its weights and cache.</summary>
    public static (int Pages, long Bytes) PlanDraft(EngineOptions options, DecoderShape shape, long checkpointBytes, int contextTokens)
    {
        var pageBytes = CacheArithmetic.BytesPerPage(shape.Heads.KvHeads, shape.Heads.HeadSize, options.KvFormat);
        var contexts = Math.Min(DefaultContexts, options.MaxConcurrentRequests);
        var pages = checked(contexts * (CacheArithmetic.PagesFor(contextTokens) + 1) * shape.Layers);
        return (pages, WeightBytes(options.WeightFormat, shape, checkpointBytes) + (pages * pageBytes));
    }

    /// <summary>Refuses what the device has no room for.</summary>
    /// <exception cref="DeviceException">The device does not hold it.</exception>
    public static void RequireRoom(long bytes, long availableBytes)
    {
        if (bytes > availableBytes)
        {
            throw new DeviceException(
                $"The draft model needs about {Megabytes(bytes)} MB for weights and KV cache; {Megabytes(Math.Max(0, availableBytes))} MB are free. "
                + "Choose a smaller draft model, WeightFormat or ContextTokens.",
                isTransient: false);
        }
    }

    private static long WeightBytes(WeightFormat format, DecoderShape shape, long checkpointBytes) => format switch
    {
        WeightFormat.Float32 => shape.Parameters * 4,
        WeightFormat.BFloat16 or WeightFormat.Float16 => shape.Parameters * 2,
        WeightFormat.Int8Block32 => shape.Parameters * 9 / 8,
        WeightFormat.Int8Channel => shape.Parameters,
        WeightFormat.Int4Block32 => shape.Parameters * 5 / 8,
        _ => checkpointBytes,
    };

    private static string Megabytes(long bytes) => (bytes / 1_000_000).ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
}
