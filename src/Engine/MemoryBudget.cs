using System.Globalization;
using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Checkpoints;
using Slerp.Engine.Models;
using Slerp.Engine.Scheduling;

namespace Slerp.Engine;

/// <summary>How much context and cache the device holds, planned before anything is allocated.</summary>
/// <param name="ContextTokens">Most tokens of prompt and answer together.</param>
/// <param name="Pages">Pages of the KV cache.</param>
/// <param name="WeightBytes">What the weights will take, a drafter's among them.</param>
internal readonly record struct MemoryBudget(int ContextTokens, int Pages, long WeightBytes)
{
    // Heuristics: four full conversations are enough for most applications; a cache beyond a quarter of what is free crowds the others out.
    private const int DefaultContexts = 4;
    private const int DefaultShare = 4;

    /// <summary>Plans, or refuses with the numbers. A context that is asked for is held; one that is not is what the cache holds of the model's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The options contradict the model or each other; names the option.</exception>
    /// <exception cref="DeviceException">The device does not hold it.</exception>
    public static MemoryBudget Plan(EngineOptions options, DecoderShape shape, StoredWeights stored, IComputeBackend backend, long drafterBytes = 0)
    {
        if (options.ContextTokens > shape.MaxPositions)
        {
            throw EngineOptionLimits.Refusal(
                nameof(EngineOptions.ContextTokens),
                options.ContextTokens,
                Text($"ContextTokens is {options.ContextTokens:N0}; this model was made for {shape.MaxPositions:N0}. Ask for at most that, or 0."));
        }

        var context = options.ContextTokens == 0 ? shape.MaxPositions : options.ContextTokens;
        var pageBytes = CacheArithmetic.BytesPerPage(shape.Heads.KvHeads, shape.Heads.HeadSize, KvFormatChoice.Resolve(options, stored, backend));
        var contextBytes = (long)CacheArithmetic.PagesFor(context) * shape.Layers * pageBytes;
        var fewestBytes = options.ContextTokens == 0 ? shape.Layers * pageBytes : contextBytes;
        if (options.KvCacheBytes > 0)
        {
            RequireCacheHolds(options, shape, fewestBytes);
        }

        var available = backend.Memory.AvailableBytes;
        var weightBytes = WeightMemory.Bytes(options.WeightFormat, stored, shape, backend) + drafterBytes;
        var cacheBytes = options.KvCacheBytes > 0
            ? options.KvCacheBytes
            : Math.Max(fewestBytes, Math.Min(DefaultContexts * contextBytes, (available - weightBytes) / DefaultShare));
        if (weightBytes + cacheBytes > available)
        {
            throw new DeviceException(
                $"The model needs about {Megabytes(weightBytes)} MB for weights and {Megabytes(cacheBytes)} MB for the KV cache; "
                + $"{Megabytes(available)} MB are free. Choose a smaller WeightFormat, ContextTokens or KvCacheBytes."
                + WeightMemory.NoteOn(options.WeightFormat, stored, backend),
                isTransient: false);
        }

        var pages = (int)Math.Min(int.MaxValue / CacheArithmetic.PageRows, cacheBytes / pageBytes);
        return new MemoryBudget(Math.Min(context, Admission.MaxRows(pages, shape.Layers)), pages, weightBytes);
    }

    /// <summary>Pages of a draft model's cache, for as many full contexts as the target's by default, and the bytes of its weights and cache.</summary>
    public static (int Pages, long Bytes) PlanDraft(EngineOptions options, DecoderShape shape, StoredWeights stored, IComputeBackend backend, int contextTokens)
    {
        var pageBytes = CacheArithmetic.BytesPerPage(shape.Heads.KvHeads, shape.Heads.HeadSize, KvFormatChoice.Resolve(options, stored, backend));
        var contexts = Math.Min(DefaultContexts, options.MaxConcurrentRequests);
        var pages = checked(contexts * (CacheArithmetic.PagesFor(contextTokens) + 1) * shape.Layers);
        return (pages, WeightMemory.Bytes(options.WeightFormat, stored, shape, backend) + (pages * pageBytes));
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

    private static void RequireCacheHolds(EngineOptions options, DecoderShape shape, long fewestBytes)
    {
        if (options.KvCacheBytes < fewestBytes)
        {
            throw EngineOptionLimits.Refusal(
                nameof(EngineOptions.KvCacheBytes),
                options.KvCacheBytes,
                options.ContextTokens == 0
                    ? Text($"KvCacheBytes is {options.KvCacheBytes:N0}; one page in each of {shape.Layers} layers takes {fewestBytes:N0}. Raise it to at least that.")
                    : Text($"KvCacheBytes is {options.KvCacheBytes:N0}; the {options.ContextTokens:N0} tokens of ContextTokens take {fewestBytes:N0}. Raise it to at least that, or lower ContextTokens."));
        }
    }

    private static string Megabytes(long bytes) => (bytes / 1_000_000).ToString("N0", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
