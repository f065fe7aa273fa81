namespace Slerp.Engine;

/// <summary>The parts of something that is not whole yet: disposed, last first, unless it becomes whole.</summary>
/// <remarks>For what is made of many parts of native memory, any of which may fail. Not thread-safe.</remarks>
internal sealed class HalfBuilt : IDisposable
{
    private readonly Stack<IDisposable> _parts = new();

    /// <summary>Keeps a part until the whole is there.</summary>
    public T Keep<T>(T part)
        where T : IDisposable
    {
        _parts.Push(part);
        return part;
    }

    /// <summary>The whole is there and owns its parts.</summary>
    public void Complete() => _parts.Clear();

    /// <inheritdoc />
    public void Dispose()
    {
        while (_parts.TryPop(out var part))
        {
            part.Dispose();
        }
    }
}
