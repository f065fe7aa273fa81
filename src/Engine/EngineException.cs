namespace Slerp.Engine;

/// <summary>The base of every failure the engine reports on purpose.</summary>
/// <remarks>Messages say what failed, the value given, the limit, and what to do.</remarks>
public abstract class EngineException : Exception
{
    private protected EngineException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the same request may succeed later without a change (a full queue, a device out of memory).</summary>
    public virtual bool IsTransient => false;
}
