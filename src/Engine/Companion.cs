using System.Diagnostics.CodeAnalysis;

namespace Slerp.Engine;

/// <summary>A second network that a drafter needs: the one the options name, or the one beside the checkpoint.</summary>
internal static class Companion
{
    /// <summary>Loads it with the model, before the first request: the engine's thread has no time for it later. Null where there is none.</summary>
    /// <remarks>What is wrong with one that is named is a fault of the load. What is wrong with one that only lies there is told when its drafter is asked for.</remarks>
    /// <param name="named">The folder the options name; null where they name none.</param>
    /// <param name="modelPath">The checkpoint's folder.</param>
    /// <param name="suffix">What its folder's name has beyond the checkpoint's, where the options name none.</param>
    /// <param name="load">Loads a folder.</param>
    /// <param name="parts">What it becomes a part of.</param>
    public static Lazy<T>? Load<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        string? named, string modelPath, string suffix, Func<string, T> load, HalfBuilt parts)
        where T : IDisposable
    {
        if (named is not null)
        {
            return new Lazy<T>(parts.Keep(load(named)));
        }

        var beside = Path.TrimEndingDirectorySeparator(Path.GetFullPath(modelPath)) + suffix;
        if (!File.Exists(Path.Combine(beside, "config.json")))
        {
            return null;
        }

        try
        {
            return new Lazy<T>(parts.Keep(load(beside)));
        }
        catch (EngineException failure)
        {
            return new Lazy<T>(() => throw failure);
        }
    }
}
