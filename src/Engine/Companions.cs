using System.Diagnostics.CodeAnalysis;
using Slerp.Engine.Backends;

namespace Slerp.Engine;

/// <summary>Second networks that drafters need: those the options name, or those beside the checkpoint.</summary>
/// <param name="options">The options.</param>
/// <param name="backend">Where they run.</param>
/// <param name="parts">What they become parts of.</param>
/// <param name="time">The clock of pauses between loads.</param>
internal sealed class Companions(EngineOptions options, IComputeBackend backend, HalfBuilt parts, TimeProvider time) : IDisposable
{
    private readonly List<IDisposable> _retries = [];

    /// <summary>Loads one with the model, before the first request: the engine's thread has no time for it later. Null where there is none.</summary>
    /// <remarks>
    /// What is wrong with one that is named is a fault of the load. What is wrong with one that only lies there is told when its drafter is asked for, and it is tried
    /// again in the background (<see cref="CompanionRetry{T}"/>).
    /// </remarks>
    /// <param name="named">The folder the options name; null where they name none.</param>
    /// <param name="suffix">What its folder's name has beyond the checkpoint's, where the options name none.</param>
    /// <param name="load">Loads a folder to a backend.</param>
    /// <param name="cancellationToken">Given to it.</param>
    public Lazy<T>? Load<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        string? named, string suffix, Func<string, IComputeBackend, CancellationToken, T> load, CancellationToken cancellationToken)
        where T : class, IDisposable
    {
        if (named is not null)
        {
            return new Lazy<T>(parts.Keep(load(named, backend, cancellationToken)));
        }

        var beside = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.ModelPath)) + suffix;
        if (!File.Exists(Path.Combine(beside, "config.json")))
        {
            return null;
        }

        var begin = time.GetTimestamp();
        try
        {
            return new Lazy<T>(parts.Keep(load(beside, backend, cancellationToken)));
        }
        catch (EngineException failure)
        {
            var retry = new CompanionRetry<T>(
                (own, cancellation) => load(beside, own, cancellation), () => BackendCatalog.Create(options), time, failure, time.GetElapsedTime(begin));
            _retries.Add(retry);
            // A failure is not kept: whoever asks next may find it loaded.
            return new Lazy<T>(retry.Take, LazyThreadSafetyMode.PublicationOnly);
        }
    }

    /// <summary>Ends what is tried again. After the drafters: they own what they took.</summary>
    public void Dispose()
    {
        foreach (var retry in _retries)
        {
            retry.Dispose();
        }
    }
}
