using Slerp.Benchmarks.Measuring;
using Slerp.Engine;

namespace Slerp.Benchmarks.Soak;

/// <summary>What a process holds while it has nothing to do.</summary>
/// <param name="FreePages">Pages of the KV cache that no running request holds.</param>
/// <param name="TotalPages">All of them.</param>
/// <param name="Waiting">Requests in the queue.</param>
/// <param name="ManagedBytes">Managed memory after a collection.</param>
/// <param name="ResidentBytes">Memory of the process.</param>
internal sealed record SoakFootprint(int FreePages, int TotalPages, int Waiting, long ManagedBytes, long ResidentBytes)
{
    private const long Leeway = 8_000_000;

    /// <summary>Looks, once everything has ended.</summary>
    public static async Task<SoakFootprint> TakeAsync(SlerpEngine engine, CancellationToken cancellationToken)
    {
        // A request that was left frees its rows at the engine's next step.
        for (var tries = 0; tries < 100 && engine.CachePages is var (free, total) && free < total; tries++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var pages = engine.CachePages;
        return new SoakFootprint(pages.Free, pages.Total, engine.Status.QueuedRequests, GC.GetTotalMemory(forceFullCollection: true), Resident.Bytes());
    }

    /// <summary>Whether nothing more is held than before, give or take what caches of fixed size may still have been filling.</summary>
    public bool IsBackTo(SoakFootprint start) =>
        FreePages == TotalPages && Waiting == 0 && ManagedBytes <= start.ManagedBytes + Leeway && ResidentBytes <= start.ResidentBytes + (8 * Leeway);
}
